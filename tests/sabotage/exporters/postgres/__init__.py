"""The plain exporter, as somebody would write it who has PostgreSQL: what is otherwise there than with SQLite.

The modules beside it are defects of it, one each.
"""

import json
import os
import sys
from contextlib import closing, contextmanager

import psycopg
import requests

from tests.sabotage.exporters import plain
from tests.sabotage.exporters.plain import ExportFailed, jobs, noted, posted

SCHEMA = """
CREATE TABLE IF NOT EXISTS clari_forecasts (
    forecast_name text, time_period text, time_frame_id text, user_id text, field_id text, currency text,
    owner_name text, owner_email text,
    forecast_amount numeric(28, 2), quota_amount numeric(28, 2), crm_closed numeric(28, 2),
    exported_at timestamptz, job_id text,
    PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency)
);
CREATE TABLE IF NOT EXISTS audit_events (event_timestamp timestamptz, actor_id text, session_id text, event text);
CREATE TABLE IF NOT EXISTS opportunities (opportunity_id text PRIMARY KEY, score integer);
CREATE TABLE IF NOT EXISTS exports (
    id integer GENERATED ALWAYS AS IDENTITY, time_period text, known_jobs text, job_id text, open boolean DEFAULT true
);
"""
INSERT = f"INSERT INTO clari_forecasts VALUES ({', '.join('?' * 13)})"
UPSERT = f"""{INSERT}
ON CONFLICT (forecast_name, time_period, time_frame_id, user_id, field_id, currency) DO UPDATE SET
    owner_name = excluded.owner_name, owner_email = excluded.owner_email,
    forecast_amount = excluded.forecast_amount, quota_amount = excluded.quota_amount,
    crm_closed = excluded.crm_closed, exported_at = excluded.exported_at, job_id = excluded.job_id
"""
UPSERT_OPPORTUNITY = """INSERT INTO opportunities VALUES (?, ?)
ON CONFLICT (opportunity_id) DO UPDATE SET score = excluded.score
"""
LOCK = 4711


class Warehouse:
    """A session, as `sqlite3` would have it."""

    def __init__(self):
        self.connection = psycopg.connect(os.environ["WAREHOUSE_URL"], autocommit=True)

    def execute(self, text, values=()):
        return self.connection.execute(text.replace("?", "%s"), values)

    def executemany(self, text, rows):
        with self.connection.cursor() as cursor:
            cursor.executemany(text.replace("?", "%s"), list(rows))

    def close(self):
        self.connection.close()


def connected():
    warehouse = Warehouse()
    warehouse.connection.execute(plain.SCHEMA)
    return warehouse


@contextmanager
def transaction(warehouse):
    with warehouse.connection.transaction():
        yield


def queued(warehouse, period):
    known = [job["jobId"] for job in jobs()]
    (number,) = warehouse.execute(
        "INSERT INTO exports (time_period, known_jobs) VALUES (?, ?) RETURNING id", (period, json.dumps(known))
    ).fetchone()
    return noted(warehouse, number, posted(period, known))


def close(warehouse, number):
    warehouse.execute("UPDATE exports SET open = false WHERE id = ?", (number,))


def load(warehouse, exports, events, found):
    with plain.transaction(warehouse):
        for number, job, document in exports:
            plain.load_forecasts(warehouse, job, document)
            close(warehouse, number)
        if events is not None:
            plain.load_audit_events(warehouse, events)
        warehouse.executemany(UPSERT_OPPORTUNITY, found)


@contextmanager
def alone():
    """One at a time, wherever they run: the lock is the server's, and goes with the session."""
    with closing(Warehouse()) as lock:
        if not lock.execute("SELECT pg_try_advisory_lock(?)", (LOCK,)).fetchone()[0]:
            raise ExportFailed("another run is under way")
        yield


def main():
    try:
        with plain.alone(), closing(plain.connected()) as warehouse:
            plain.run(warehouse)
    except (ExportFailed, requests.RequestException, psycopg.Error, OSError) as error:
        print(f"the export failed: {error}", file=sys.stderr)
        return 1
    return 0
