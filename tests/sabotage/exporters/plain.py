"""A healthy exporter, as somebody would write it who has Python, requests and SQLite, and knows Clari.

It keeps one row for each key, the last one that Clari told. It knows nothing of this project but the names of its
variables and tables: see docs/trial.md. The other exporters here replace one function of it each, by a worse one.
"""

import fcntl
import json
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

ATTEMPTS = 6
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds
PATIENCE = 300.0  # seconds: who tells to wait longer than that does not get to see us waiting
SENDS_OF_A_POST = 2
JOBS_FOR_AN_EXPORT = 2
BATCH = 100
PASSING = {429, 500, 502, 503, 504}
RUNNING = {"SCHEDULED", "STARTED"}
VALUES = {"forecast": "forecastValue", "quota": "quotaValue", "crm_closed": "crmClosed"}

SCHEMA = """
CREATE TABLE IF NOT EXISTS clari_forecasts (
    forecast_name TEXT, time_period TEXT, time_frame_id TEXT, user_id TEXT, field_id TEXT, currency TEXT,
    owner_name TEXT, owner_email TEXT, forecast_amount TEXT, quota_amount TEXT, crm_closed TEXT,
    exported_at TEXT, job_id TEXT,
    PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency)
);
CREATE TABLE IF NOT EXISTS audit_events (event_timestamp TEXT, actor_id TEXT, session_id TEXT, event TEXT);
CREATE TABLE IF NOT EXISTS opportunities (opportunity_id TEXT PRIMARY KEY, score INTEGER);
CREATE TABLE IF NOT EXISTS exports (
    id INTEGER PRIMARY KEY, time_period TEXT, known_jobs TEXT, job_id TEXT, open INTEGER DEFAULT 1
);
"""
UPSERT = f"INSERT OR REPLACE INTO clari_forecasts VALUES ({', '.join('?' * 13)})"

session = requests.Session()


class ExportFailed(Exception):
    """It cannot be had; what the warehouse holds stays as it is."""


class Refused(ExportFailed):
    """Clari said no, and will say it again."""

    def __init__(self, answer):
        super().__init__(f"HTTP {answer.status_code}, {answer.text[:200]}, for {answer.request.method} {answer.url}")
        self.status = answer.status_code


# Settings


def told(name):
    return os.environ[f"CLARI_{name}"]


def sleep(seconds):
    """Sleep so many seconds of Clari's clock."""
    time.sleep(seconds / float(told("TIME_SCALE")))


# Requests


def send(method, url, body=None):
    """Send one request. A redirect is an answer like others: who follows it takes the key along."""
    headers = {"apikey": told("API_KEY")}
    with within(float(told("DOWNLOAD_TIMEOUT"))):
        return session.request(method, url, json=body, headers=headers, timeout=30, allow_redirects=False)


@contextmanager
def within(seconds):
    """Give an answer so many seconds: what `timeout` bounds is each read, and a body can drip for ever."""

    def too_late(*_):
        raise requests.Timeout(f"no whole answer within {seconds:g} s")

    signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def get(path):
    """Return what is told, in JSON; what fails in passing is tried again."""
    url = path if path.startswith("http") else told("BASE_URL") + path
    for attempt in range(1, ATTEMPTS + 1):
        answer = None
        try:
            answer = send("GET", url)
            if not passes(answer):
                return content(answer)
            why = f"HTTP {answer.status_code}"
        except requests.RequestException as error:
            why = f"{type(error).__name__}: {error}"
        if attempt < ATTEMPTS:
            sleep(pause(attempt, answer))
    raise ExportFailed(f"GET {url} failed {ATTEMPTS} times, the last time with {why}")


def passes(answer):
    return answer.status_code in PASSING


def content(answer):
    if answer.status_code != 200:
        raise Refused(answer)
    return answer.json(parse_float=Decimal)


def pause(attempt, answer):
    """Return the seconds to wait after so many attempts."""
    ceiling = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
    return max(random.uniform(ceiling / 2, ceiling), asked_to_wait(answer))


def asked_to_wait(answer):
    """Return the seconds that Retry-After asks for, which may be a date."""
    text = answer.headers.get("Retry-After") if answer is not None else None
    if text is None:
        return 0.0
    if text.isdigit():
        seconds = float(text)
    else:
        seconds = (
            parsedate_to_datetime(text) - parsedate_to_datetime(answer.headers.get("Date", text))
        ).total_seconds()
    if seconds > PATIENCE:
        raise ExportFailed(f"{answer.url} asks to wait {seconds:.0f} s")
    return seconds


# Jobs


def job_of(warehouse, period):
    """Return the job that exports a period: the one that an earlier run left, or else a new one."""
    left = warehouse.execute(
        "SELECT id, known_jobs, job_id FROM exports WHERE time_period = ? AND open", (period,)
    ).fetchone()
    if left is None:
        return queued(warehouse, period)
    number, known, job_id = left
    job_id = job_id or new_job(json.loads(known))
    if job_id is None:
        close(warehouse, number)
        return queued(warehouse, period)
    return noted(warehouse, number, job_id)


def queued(warehouse, period):
    """Queue an export. It is written down before, so that whoever comes after a crash can look for its job."""
    known = [job["jobId"] for job in jobs()]
    number = warehouse.execute(
        "INSERT INTO exports (time_period, known_jobs) VALUES (?, ?)", (period, json.dumps(known))
    ).lastrowid
    return noted(warehouse, number, posted(period, known))


def noted(warehouse, number, job_id):
    warehouse.execute("UPDATE exports SET job_id = ? WHERE id = ?", (job_id, number))
    return number, job_id


def close(warehouse, number):
    warehouse.execute("UPDATE exports SET open = 0 WHERE id = ?", (number,))


def posted(period, known):
    """Return the id of the job that the POST queued; when the answer is lost, the job is looked for."""
    body = {"timePeriod": period, "typesToExport": told("TYPES_TO_EXPORT").split(","), "includeHistorical": True}
    for _ in range(SENDS_OF_A_POST):
        try:
            answer = accepted(f"{told('BASE_URL')}/export/forecast/{told('FORECAST_ID')}", body)
            if answer.status_code < 500:
                return content(answer)["jobId"]
        except requests.RequestException as error:
            print(f"the answer to the POST for {period} was lost: {error}", file=sys.stderr)
        job_id = new_job(known)
        if job_id is not None:
            return job_id
    raise ExportFailed(f"no job could be queued for {period}")


def accepted(url, body):
    """Return the first answer to a POST that does not say: later."""
    until = time.monotonic() + float(told("JOB_TIMEOUT"))
    attempt = 0
    while True:
        attempt += 1
        answer = send("POST", url, body)
        if answer.status_code != 429 and not slots_are_taken(answer):
            return answer
        if attempt >= ATTEMPTS or time.monotonic() > until:
            raise Refused(answer)
        sleep(pause(attempt, answer))


def slots_are_taken(answer):
    """Whether too many jobs run; out of quota looks the same, and does not pass."""
    if answer.status_code != 400 or answer.json().get("code") != "export_monthly_quota_reached":
        return False
    return get("/admin/limits")["jobs"]["availableMonthlyQuota"] > 0


def new_job(known):
    """Return the only job that is not one of these, None when there is none."""
    found = [job["jobId"] for job in jobs() if job["jobId"] not in known]
    if len(found) > 1:
        raise ExportFailed(f"which of the jobs {', '.join(found)} is ours? Nobody can tell")
    return found[0] if found else None


def jobs():
    shown = get("/export/jobs")
    return shown["jobs"] if isinstance(shown, dict) else shown


def look(job_id):
    shown = get(f"/export/jobs/{job_id}")
    return shown.get("job", shown)


def awaited(job_id):
    """Return a job when it has ended, or when the time is over."""
    until = time.monotonic() + float(told("JOB_TIMEOUT"))
    while True:
        job = look(job_id)
        if job["status"] not in RUNNING or time.monotonic() > until:
            return job
        time.sleep(float(told("POLL_INTERVAL")))


def cancel(job_id):
    send("PATCH", f"{told('BASE_URL')}/export/jobs/{job_id}", {"type": "CANCEL"})


def export(warehouse, period):
    """Return an export as (number, job, document); one that comes to nothing is queued again once."""
    for _ in range(JOBS_FOR_AN_EXPORT):
        number, job_id = job_of(warehouse, period)
        with closed_when_hopeless(warehouse, number):
            job = awaited(job_id)
            if job["status"] == "DONE":
                return number, job, checked(period, job, get(f"/export/jobs/{job_id}/results"))
        if job["status"] in RUNNING:
            cancel(job_id)
        close(warehouse, number)
        if job["status"] == "CANCELLED":
            break
    raise ExportFailed(f"the export of {period} came to nothing: job {job_id} is {job['status']}")


class Unusable(ExportFailed):
    """The document is not what was asked for, however often it is downloaded."""


@contextmanager
def closed_when_hopeless(warehouse, number):
    """Leave a job open for the next run, unless that could do nothing with it."""
    try:
        yield
    except Unusable:
        close(warehouse, number)
        raise
    except Refused as refused:
        if refused.status in {400, 404, 410}:
            close(warehouse, number)
        raise


# Documents


def checked(period, job, document):
    """Return a document that is whole, of the period that was asked for, and has what was asked for."""
    if job.get("rowsTruncated") or job.get("cellsTruncated"):
        raise Unusable(f"job {job['jobId']} was truncated")
    if not document.get("entries"):
        raise Unusable(f"the export of {period} is empty: {json.dumps(document)[:200]}")
    for entry in document["entries"]:
        check_entry(period, entry)
    for kind in told("TYPES_TO_EXPORT").split(","):
        if not any(VALUES[kind] in entry for entry in document["entries"]):
            raise Unusable(f"the export of {period} has no {VALUES[kind]}")
    return document


def check_entry(period, entry):
    for name in ("timePeriodId", "timeFrameId", "userId", "fieldId"):
        if not isinstance(entry.get(name), str):
            raise Unusable(f"an entry of {period} has no {name}")
    if entry["timePeriodId"] != period:
        raise Unusable(f"asked for {period}, and was told {entry['timePeriodId']}")
    for name in VALUES.values():
        if not isinstance(entry.get(name), int | Decimal | None):
            raise Unusable(f"{name} of an entry of {period} is no number: {entry[name]!r}")


def rows(job, document):
    """Yield the rows of a document; of entries with the same key the one that was updated last comes last."""
    people = {user["userId"]: user for user in document["users"]}
    at = datetime.fromtimestamp(job["endTime"] / 1000, UTC).isoformat()
    for entry in sorted(document["entries"], key=lambda entry: entry.get("updatedOn", 0)):
        person = people.get(entry["userId"], {})
        yield (
            *key(entry),
            person.get("name"),
            person.get("email"),
            *(amount(entry.get(name)) for name in VALUES.values()),
            at,
            job["jobId"],
        )


def key(entry):
    names = ("timePeriodId", "timeFrameId", "userId", "fieldId")
    return (told("FORECAST_ID"), *(entry[name] for name in names), entry.get("currency", {}).get("code", ""))


def amount(value):
    return None if value is None else str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


# Audit events and opportunities


def audit_events():
    """Return the events of every page; a page on another host, or one that was there before, is not read."""
    found, url, seen = [], f"{told('BASE_URL')}/audit/events?limit=1000&dateFrom={told('AUDIT_FROM')}", set()
    while url:
        if url in seen:
            raise ExportFailed(f"the pages of audit events lead in a circle: {url}")
        check_origin(url)
        seen.add(url)
        page = get(url)
        found += page["items"]
        url = page.get("nextLink")
    return [event_row(event) for event in found]


def event_row(event):
    return in_utc(event.get("eventTimestamp")), event["actorId"], event["sessionId"], event["event"]


def check_origin(url):
    if urlsplit(url)[:2] != urlsplit(told("BASE_URL"))[:2]:
        raise ExportFailed(f"a page of audit events is said to be at {url}")


def in_utc(text):
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC).isoformat()


def opportunities():
    ids = told("OPPORTUNITY_IDS").split(",")
    found = {}
    for start in range(0, len(ids), BATCH):
        shown = get("/opportunity?" + "&".join(f"oppId={each}" for each in ids[start : start + BATCH]))
        found |= {each["id"]: each for each in (shown["opportunities"] if isinstance(shown, dict) else shown)}
    if missing := set(ids) - set(found):
        raise ExportFailed(f"{len(missing)} opportunities were not told, {min(missing)} among them")
    return [(name, each["crmScore"]["score"]) for name, each in found.items()]


# The warehouse


def connected():
    warehouse = sqlite3.connect(os.environ["WAREHOUSE_PATH"], isolation_level=None)
    warehouse.executescript(SCHEMA)
    return warehouse


@contextmanager
def transaction(warehouse):
    warehouse.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        warehouse.execute("ROLLBACK")
        raise
    warehouse.execute("COMMIT")


def load(warehouse, exports, events, found):
    """Load everything, or nothing."""
    with transaction(warehouse):
        for number, job, document in exports:
            load_forecasts(warehouse, job, document)
            close(warehouse, number)
        if events is not None:
            load_audit_events(warehouse, events)
        warehouse.executemany("INSERT OR REPLACE INTO opportunities VALUES (?, ?)", found)


def load_forecasts(warehouse, job, document):
    warehouse.executemany(UPSERT, rows(job, document))


def load_audit_events(warehouse, events):
    """Put the window in the place of what it held: events have no id, and some are there twice rightly."""
    since = in_utc(told("AUDIT_FROM"))
    warehouse.execute("DELETE FROM audit_events WHERE event_timestamp >= ? OR event_timestamp IS NULL", (since,))
    warehouse.executemany("INSERT INTO audit_events VALUES (?, ?, ?, ?)", events)


# The run


@contextmanager
def alone():
    """One at a time: two would queue everything twice."""
    with Path(os.environ["WAREHOUSE_PATH"] + ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportFailed("another run is under way") from None
        yield


def all_exports(warehouse):
    return [export(warehouse, period) for period in told("TIME_PERIODS").split(",")]


def run(warehouse):
    exports = all_exports(warehouse)
    events = audit_events() if "CLARI_AUDIT_FROM" in os.environ else None
    found = opportunities() if "CLARI_OPPORTUNITY_IDS" in os.environ else []
    load(warehouse, exports, events, found)


def main():
    try:
        with alone(), closing(connected()) as warehouse:
            run(warehouse)
    except (ExportFailed, requests.RequestException, sqlite3.Error, OSError) as error:
        print(f"the export failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
