// A healthy exporter, as somebody would write it who has Node, its fetch and the command line of SQLite, and knows Clari.
//
// It keeps every export as a snapshot of its own. It knows nothing of this project but the names of its variables and
// tables: see docs/trial.md.

import { spawnSync } from "node:child_process";
import { setTimeout as elapsed } from "node:timers/promises";

const { env } = process;
const BASE = env.CLARI_BASE_URL;
const SCALE = Number(env.CLARI_TIME_SCALE);
const TYPES = env.CLARI_TYPES_TO_EXPORT.split(",");
const VALUES = { forecast: "forecastValue", quota: "quotaValue", crm_closed: "crmClosed" };
const KEYS = ["timePeriodId", "timeFrameId", "userId", "fieldId"];
const ATTEMPTS = 6;
const FIRST_PAUSE = 2; // seconds
const LONGEST_PAUSE = 60;
const PATIENCE = 300; // seconds: nobody means it who asks to wait longer
const RUNNING = ["SCHEDULED", "STARTED"];

const SCHEMA = `
CREATE TABLE IF NOT EXISTS clari_forecasts (
  forecast_name TEXT, time_period TEXT, time_frame_id TEXT, user_id TEXT, field_id TEXT, currency TEXT,
  owner_name TEXT, owner_email TEXT, forecast_amount TEXT, quota_amount TEXT, crm_closed TEXT,
  exported_at TEXT, job_id TEXT,
  PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency, exported_at)
);
CREATE TABLE IF NOT EXISTS audit_events (event_timestamp TEXT, actor_id TEXT, session_id TEXT, event TEXT);
CREATE TABLE IF NOT EXISTS opportunities (opportunity_id TEXT PRIMARY KEY, score INTEGER);
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY, time_period TEXT, known TEXT, job_id TEXT, open INTEGER DEFAULT 1
);`;

class Failed extends Error {}

class Refused extends Failed {
  constructor(answer, body) {
    super(`HTTP ${answer.status} for ${answer.url}: ${body.slice(0, 200)}`);
    this.status = answer.status;
  }
}

class Unusable extends Failed {} // however often it is downloaded

// The warehouse

function sql(script) {
  const words = ["-bail", "-json", "-cmd", ".timeout 20000", env.WAREHOUSE_PATH];
  const done = spawnSync("sqlite3", words, { input: script, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.error) throw done.error;
  if (done.status !== 0) throw new Failed(`sqlite3: ${done.stderr.trim() || done.signal}`);
  return done.stdout.trim() ? JSON.parse(done.stdout) : [];
}

function quoted(value) {
  return value === null || value === undefined ? "NULL" : `'${String(value).replaceAll("'", "''")}'`;
}

function inserted(verb, table, rows) {
  return rows.map((row) => `${verb} INTO ${table} VALUES (${row.map(quoted).join(", ")});`).join("\n");
}

// Requests

async function send(method, url, body) {
  const headers = { apikey: env.CLARI_API_KEY };
  if (body) headers["content-type"] = "application/json";
  const signal = AbortSignal.timeout(Number(env.CLARI_DOWNLOAD_TIMEOUT) * 1000); // for the whole of the answer
  // fetch would take our header along to wherever a redirect leads.
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body), redirect: "manual", signal });
  return { answer, text: await answer.text() };
}

async function get(path) {
  const url = path.startsWith("http") ? path : BASE + path;
  for (let attempt = 1; ; attempt += 1) {
    let answer;
    let why;
    try {
      const sent = await send("GET", url);
      answer = sent.answer;
      if (!passes(answer.status)) return content(sent);
      why = `HTTP ${answer.status}`;
    } catch (error) {
      if (error instanceof Failed) throw error;
      why = error.cause?.message ?? error.message;
    }
    if (attempt === ATTEMPTS) throw new Failed(`GET ${url} failed ${ATTEMPTS} times: ${why}`);
    await pause(attempt, answer);
  }
}

const passes = (status) => status === 429 || (status >= 500 && status < 600);

function content({ answer, text }) {
  if (answer.status !== 200) throw new Refused(answer, text);
  // Amounts are kept as they are written: a number of JavaScript holds some sixteen digits.
  const amounts = new RegExp(`"(${Object.values(VALUES).join("|")})"\\s*:\\s*(-?\\d+(?:\\.\\d+)?)(?=\\s*[,}])`, "g");
  return JSON.parse(text.replace(amounts, '"$1":{"written":"$2"}'));
}

async function pause(attempt, answer) {
  const ceiling = Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE);
  const seconds = Math.max(ceiling * (0.5 + Math.random() / 2), askedToWait(answer));
  await elapsed((seconds * 1000) / SCALE);
}

function askedToWait(answer) {
  const told = answer?.headers.get("retry-after");
  if (!told) return 0;
  const now = Date.parse(answer.headers.get("date") ?? "");
  const seconds = /^\d+$/.test(told) ? Number(told) : (Date.parse(told) - now) / 1000;
  if (seconds > PATIENCE) throw new Failed(`${answer.url} asks to wait ${seconds} s`);
  return Number.isFinite(seconds) ? seconds : 0;
}

// Jobs

async function jobIds() {
  const shown = await get("/export/jobs");
  return (shown.jobs ?? shown).map((job) => job.jobId);
}

async function newJob(known) {
  const found = (await jobIds()).filter((id) => !known.includes(id));
  if (found.length > 1) throw new Failed(`one of ${found.join(", ")} is ours, and nothing says which`);
  return found[0];
}

async function jobOf(period) {
  const [left] = sql(`SELECT id, known, job_id FROM jobs WHERE open AND time_period = ${quoted(period)} LIMIT 1;`);
  if (left) {
    const id = left.job_id ?? (await newJob(JSON.parse(left.known)));
    if (id) return noted(left.id, id);
    closed(left.id);
  }
  const known = await jobIds();
  // Written down before the POST: whoever comes after a crash finds its job by that.
  const [{ id }] = sql(
    `INSERT INTO jobs (time_period, known) VALUES (${quoted(period)}, ${quoted(JSON.stringify(known))}) RETURNING id;`,
  );
  return noted(id, await queued(period, known));
}

function noted(number, id) {
  sql(`UPDATE jobs SET job_id = ${quoted(id)} WHERE id = ${number};`);
  return { number, id };
}

function closed(number) {
  sql(`UPDATE jobs SET open = 0 WHERE id = ${number};`);
}

async function queued(period, known) {
  const body = { timePeriod: period, typesToExport: TYPES, includeHistorical: true };
  for (let sent = 0; sent < 2; sent += 1) {
    try {
      const reply = await accepted(`${BASE}/export/forecast/${env.CLARI_FORECAST_ID}`, body);
      if (reply.answer.status < 500) return content(reply).jobId;
    } catch (error) {
      if (error instanceof Failed) throw error;
      console.error(`the answer to a POST was lost: ${error.cause?.message ?? error.message}`);
    }
    const id = await newJob(known);
    if (id) return id;
  }
  throw new Failed(`no job could be queued for ${period}`);
}

async function accepted(url, body) {
  const until = performance.now() + Number(env.CLARI_JOB_TIMEOUT) * 1000;
  for (let attempt = 1; ; attempt += 1) {
    const reply = await send("POST", url, body);
    if (reply.answer.status !== 429 && !(await slotsAreTaken(reply))) return reply;
    if (attempt === ATTEMPTS || performance.now() > until) throw new Refused(reply.answer, reply.text);
    await pause(attempt, reply.answer);
  }
}

async function slotsAreTaken({ answer, text }) {
  if (answer.status !== 400 || !text.includes("export_monthly_quota_reached")) return false;
  return (await get("/admin/limits")).jobs.availableMonthlyQuota > 0;
}

async function awaited(id) {
  const until = performance.now() + Number(env.CLARI_JOB_TIMEOUT) * 1000;
  for (;;) {
    const shown = await get(`/export/jobs/${id}`);
    const job = shown.job ?? shown;
    if (!RUNNING.includes(job.status) || performance.now() > until) return job;
    await elapsed(Number(env.CLARI_POLL_INTERVAL) * 1000);
  }
}

async function exported(period) {
  let job;
  for (let queuedBefore = 0; queuedBefore < 2; queuedBefore += 1) {
    const { number, id } = await jobOf(period);
    try {
      job = await awaited(id);
      if (job.status === "DONE") {
        return { number, job, document: checked(period, job, await get(`/export/jobs/${id}/results`)) };
      }
    } catch (error) {
      if (error instanceof Unusable || [400, 404, 410].includes(error.status)) closed(number);
      throw error;
    }
    if (RUNNING.includes(job.status)) await send("PATCH", `${BASE}/export/jobs/${id}`, { type: "CANCEL" });
    closed(number);
    if (job.status === "CANCELLED") break;
  }
  throw new Failed(`job ${job.jobId}, for ${period}, is ${job.status}`);
}

// Documents

function checked(period, job, document) {
  if (job.rowsTruncated || job.cellsTruncated) throw new Unusable(`job ${job.jobId} was truncated`);
  if (!document.entries?.length) throw new Unusable(`the export of ${period} is empty`);
  for (const entry of document.entries) {
    for (const key of KEYS) if (typeof entry[key] !== "string") throw new Unusable(`an entry has no ${key}`);
    if (entry.timePeriodId !== period) throw new Unusable(`asked for ${period}, was told ${entry.timePeriodId}`);
  }
  for (const type of TYPES) {
    const values = document.entries.map((entry) => entry[VALUES[type]]).filter((value) => value !== undefined);
    if (!values.length) throw new Unusable(`the export of ${period} has no ${VALUES[type]}`);
    if (values.some((value) => value !== null && !value.written)) throw new Unusable(`${VALUES[type]} is no number`);
  }
  return document;
}

function rowsOf({ job, document }) {
  const people = new Map((document.users ?? []).map((user) => [user.userId, user]));
  const at = new Date(job.endTime).toISOString();
  const byUpdate = [...document.entries].sort((one, other) => (one.updatedOn ?? 0) - (other.updatedOn ?? 0));
  return byUpdate.map((entry) => {
    const person = people.get(entry.userId);
    const amounts = Object.values(VALUES).map((value) => entry[value] && rounded(entry[value].written));
    const key = [env.CLARI_FORECAST_ID, ...KEYS.map((name) => entry[name]), entry.currency?.code ?? ""];
    return [...key, person?.name, person?.email, ...amounts, at, job.jobId];
  });
}

function rounded(written) {
  const [, sign, whole, fraction] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(written);
  const digits = (fraction ?? "").padEnd(3, "0");
  const cents = BigInt(whole + digits.slice(0, 2)) + (digits[2] >= "5" ? 1n : 0n);
  return `${sign}${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}

// Audit events and opportunities

async function auditEvents() {
  const found = [];
  const seen = new Set();
  let url = `${BASE}/audit/events?limit=1000&dateFrom=${env.CLARI_AUDIT_FROM}`;
  while (url) {
    if (new URL(url).origin !== new URL(BASE).origin) throw new Failed(`the next page is said to be at ${url}`);
    if (seen.has(url)) throw new Failed(`the pages lead back to ${url}`);
    seen.add(url);
    const page = await get(url);
    found.push(...page.items);
    url = page.nextLink;
  }
  return found.map((each) => [inUtc(each.eventTimestamp), each.actorId, each.sessionId, each.event]);
}

const inUtc = (text) => (text === undefined ? null : new Date(text).toISOString());

async function opportunities() {
  const ids = env.CLARI_OPPORTUNITY_IDS.split(",");
  const rows = [];
  for (let start = 0; start < ids.length; start += 100) {
    const shown = await get(`/opportunity?${ids.slice(start, start + 100).map((id) => `oppId=${id}`).join("&")}`);
    rows.push(...(shown.opportunities ?? shown).map((each) => [each.id, each.crmScore.score]));
  }
  if (rows.length < ids.length) throw new Failed(`${ids.length - rows.length} opportunities were not told`);
  return rows;
}

// The run

async function main() {
  sql(SCHEMA);
  const exports = [];
  for (const period of env.CLARI_TIME_PERIODS.split(",")) exports.push(await exported(period));
  const events = env.CLARI_AUDIT_FROM && (await auditEvents());
  const found = env.CLARI_OPPORTUNITY_IDS ? await opportunities() : [];
  sql(
    [
      "BEGIN IMMEDIATE;",
      ...exports.map((each) => inserted("INSERT OR REPLACE", "clari_forecasts", rowsOf(each))),
      ...exports.map(({ number }) => `UPDATE jobs SET open = 0 WHERE id = ${number};`),
      events && `DELETE FROM audit_events WHERE event_timestamp IS NULL OR event_timestamp >= ${quoted(inUtc(env.CLARI_AUDIT_FROM))};`,
      events && inserted("INSERT", "audit_events", events),
      inserted("INSERT OR REPLACE", "opportunities", found),
      "COMMIT;",
    ]
      .filter(Boolean)
      .join("\n"),
  );
}

try {
  await main();
} catch (error) {
  console.error(`the export failed: ${error.message}${error.cause ? `: ${error.cause.message}` : ""}`);
  process.exitCode = 1;
}
