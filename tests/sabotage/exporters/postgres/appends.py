"""Its table has no key, and what an earlier load of the same day put there stays beside what the next one puts."""

from tests.sabotage.exporters import plain, postgres

CAUGHT_BY = "duplicates_twice"
SCHEMA = postgres.SCHEMA.replace(
    ",\n    PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency)", ""
)
UPSERT = postgres.INSERT
_rows = plain.rows


def rows(job, document):
    for *columns, at, job_id in _rows(job, document):
        yield *columns, at[:10], job_id
