"""The plain exporter, as somebody would write it who has Snowflake: what is otherwise there than with SQLite.

The modules beside it are defects of it, one each.
"""

import fcntl
import json
import os
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
import snowflake.connector

from tests.sabotage.exporters import plain
from tests.sabotage.exporters.plain import ExportFailed, jobs, noted, posted

SCHEMA = """
CREATE TABLE IF NOT EXISTS clari_forecasts (
    forecast_name VARCHAR, time_period VARCHAR, time_frame_id VARCHAR, user_id VARCHAR, field_id VARCHAR,
    currency VARCHAR, owner_name VARCHAR, owner_email VARCHAR,
    forecast_amount NUMBER(28, 2), quota_amount NUMBER(28, 2), crm_closed NUMBER(28, 2),
    exported_at TIMESTAMP_NTZ, job_id VARCHAR
);
CREATE TABLE IF NOT EXISTS audit_events (
    event_timestamp TIMESTAMP_NTZ, actor_id VARCHAR, session_id VARCHAR, event VARCHAR
);
CREATE TABLE IF NOT EXISTS opportunities (opportunity_id VARCHAR, score INTEGER);
CREATE TABLE IF NOT EXISTS exports (
    id INTEGER, time_period VARCHAR, known_jobs VARCHAR, job_id VARCHAR, open BOOLEAN
);
CREATE OR REPLACE TEMPORARY TABLE staged AS SELECT * FROM clari_forecasts WHERE FALSE
"""
KEY = ("forecast_name", "time_period", "time_frame_id", "user_id", "field_id", "currency")
REPLACED = " AND ".join(f"clari_forecasts.{name} = staged.{name}" for name in KEY)
INSERT = f"INSERT INTO staged VALUES ({', '.join('?' * 13)})"


class Warehouse:
    """A session, as `sqlite3` would have it."""

    def __init__(self):
        parts = urlsplit(os.environ["WAREHOUSE_URL"])
        database, schema = parts.path.strip("/").split("/")
        self.connection = snowflake.connector.connect(
            user=parts.username,
            password=unquote(parts.password),
            account=parts.netloc.rpartition("@")[2],
            database=database,
            schema=schema,
            paramstyle="qmark",
            platform_detection_timeout_seconds=0.0,
            session_parameters={"TIMEZONE": "UTC", "CLIENT_TELEMETRY_ENABLED": False},
            **dict(parse_qsl(parts.query)),
        )

    def execute(self, text, values=()):
        return self.connection.cursor().execute(text, values)

    def executemany(self, text, rows):
        rows = list(rows)
        if rows:
            self.connection.cursor().executemany(text, rows)

    def close(self):
        self.connection.close()


def connected():
    warehouse = Warehouse()
    for statement in plain.SCHEMA.split(";"):
        warehouse.execute(statement)
    return warehouse


@contextmanager
def transaction(warehouse):
    warehouse.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        warehouse.execute("ROLLBACK")
        raise
    warehouse.execute("COMMIT")


def queued(warehouse, period):
    known = [job["jobId"] for job in jobs()]
    (number,) = warehouse.execute("SELECT count(*) + 1 FROM exports").fetchone()
    warehouse.execute("INSERT INTO exports VALUES (?, ?, ?, NULL, TRUE)", (number, period, json.dumps(known)))
    return noted(warehouse, number, posted(period, known))


def close(warehouse, number):
    warehouse.execute("UPDATE exports SET open = FALSE WHERE id = ?", (number,))


def load(warehouse, exports, events, found):
    with plain.transaction(warehouse):
        for number, job, document in exports:
            plain.load_forecasts(warehouse, job, document)
            close(warehouse, number)
        if events is not None:
            plain.load_audit_events(warehouse, events)
        if found:
            warehouse.execute("DELETE FROM opportunities")
            warehouse.executemany("INSERT INTO opportunities VALUES (?, ?)", found)


def load_forecasts(warehouse, job, document):
    """Put what was told in the place of what was there; of several entries with one key the last one stays."""
    latest = {row[: len(KEY)]: row for row in plain.rows(job, document)}
    warehouse.execute("DELETE FROM staged")
    warehouse.executemany(INSERT, latest.values())
    warehouse.execute(f"DELETE FROM clari_forecasts USING staged WHERE {REPLACED}")
    warehouse.execute("INSERT INTO clari_forecasts SELECT * FROM staged")


@contextmanager
def alone():
    """One at a time on this machine: Snowflake has no locks that a session holds."""
    with (Path.home() / "exporter.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ExportFailed("another run is under way") from None
        yield


def main():
    try:
        with plain.alone(), closing(plain.connected()) as warehouse:
            plain.run(warehouse)
    except (ExportFailed, requests.RequestException, snowflake.connector.Error, OSError) as error:
        print(f"the export failed: {error}", file=sys.stderr)
        return 1
    return 0
