"""Plain Python and SQLite. The defect: of the audit events it reads the first page only, and a POST is simply repeated.

Whatever fails is sent again, whether it was accepted or not: each lost answer spends another export.
"""

import json
import os
import sqlite3
import sys
import time
import urllib.request

CAUGHT_BY = "resilience_post_answer_lost"

BASE, KEY = os.environ["CLARI_BASE_URL"], os.environ["CLARI_API_KEY"]
POLL, TIMEOUT = float(os.environ["CLARI_POLL_INTERVAL"]), float(os.environ["CLARI_JOB_TIMEOUT"])
PAUSE = 2.0 / float(os.environ["CLARI_TIME_SCALE"])

SCHEMA = """
CREATE TABLE IF NOT EXISTS clari_forecasts (
    forecast_name TEXT, time_period TEXT, time_frame_id TEXT, user_id TEXT, field_id TEXT, currency TEXT,
    owner_name TEXT, owner_email TEXT, forecast_amount TEXT, quota_amount TEXT, crm_closed TEXT
);
CREATE TABLE IF NOT EXISTS audit_events (event_timestamp TEXT, actor_id TEXT, session_id TEXT, event TEXT);
CREATE TABLE IF NOT EXISTS opportunities (opportunity_id TEXT PRIMARY KEY, score INTEGER);
"""
EMPTIED = "DELETE FROM clari_forecasts; DELETE FROM audit_events;"


def call(method, path, body=None):
    url = path if path.startswith("http") else BASE + path
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"apikey": KEY, "Content-Type": "application/json"}, method=method)
    for attempt in range(6):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read(), parse_float=str)
        except OSError as error:
            if not isinstance(error, urllib.error.HTTPError):
                if attempt == 5:
                    raise
                time.sleep(PAUSE * 2**attempt)
                continue
            if error.code not in (429, 500, 502, 503) or attempt == 5:
                raise
            wait = max(float(error.headers.get("Retry-After", 0)) / float(os.environ["CLARI_TIME_SCALE"]), PAUSE)
            time.sleep(wait * 2**attempt)
    return None


def export(period):
    job = call(
        "POST",
        f"/export/forecast/{os.environ['CLARI_FORECAST_ID']}",
        {
            "timePeriod": period,
            "typesToExport": os.environ["CLARI_TYPES_TO_EXPORT"].split(","),
            "includeHistorical": True,
        },
    )["jobId"]
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        shown = call("GET", f"/export/jobs/{job}")
        status = shown.get("job", shown)["status"]
        if status == "DONE":
            return call("GET", f"/export/jobs/{job}/results")
        if status not in ("SCHEDULED", "STARTED"):
            sys.exit(f"job {job} ended as {status}")
        time.sleep(POLL)
    sys.exit(f"job {job} took too long")


def rows(document):
    people = {user["userId"]: user for user in document.get("users", [])}
    for entry in document["entries"]:
        person = people.get(entry["userId"], {})
        yield (
            os.environ["CLARI_FORECAST_ID"],
            *(entry[name] for name in ("timePeriodId", "timeFrameId", "userId", "fieldId")),
            entry["currency"]["code"],
            person.get("name"),
            person.get("email"),
            *(entry.get(name) for name in ("forecastValue", "quotaValue", "crmClosed")),
        )


def audit_events():
    page = call("GET", f"/audit/events?limit=1000&dateFrom={os.environ['CLARI_AUDIT_FROM']}")
    for event in page["items"]:
        yield event.get("eventTimestamp"), event["actorId"], event["sessionId"], event["event"]


def opportunities():
    ids = os.environ["CLARI_OPPORTUNITY_IDS"].split(",")
    for start in range(0, len(ids), 100):
        found = call("GET", "/opportunity?" + "&".join(f"oppId={each}" for each in ids[start : start + 100]))
        for each in found if isinstance(found, list) else found["opportunities"]:
            yield each["id"], each["crmScore"]["score"]


def main():
    documents = [export(period) for period in os.environ["CLARI_TIME_PERIODS"].split(",")]
    events = list(audit_events()) if "CLARI_AUDIT_FROM" in os.environ else []
    found = list(opportunities()) if "CLARI_OPPORTUNITY_IDS" in os.environ else []
    with sqlite3.connect(os.environ["WAREHOUSE_PATH"]) as warehouse:
        warehouse.executescript(SCHEMA + EMPTIED)
        for document in documents:
            warehouse.executemany(f"INSERT INTO clari_forecasts VALUES ({', '.join('?' * 11)})", rows(document))
        warehouse.executemany("INSERT INTO audit_events VALUES (?, ?, ?, ?)", events)
        warehouse.executemany("INSERT OR REPLACE INTO opportunities VALUES (?, ?)", found)


if __name__ == "__main__":
    main()
