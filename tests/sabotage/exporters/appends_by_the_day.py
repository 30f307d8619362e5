"""It appends every export under the date of its day, and runs twice a day."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "duplicates_twice"
SCHEMA = plain.SCHEMA.replace("exported_at TEXT, job_id TEXT,", "exported_at TEXT, job_id TEXT").replace(
    "    PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency)\n", ""
)
_rows = plain.rows


def rows(job, document):
    for *columns, at, job_id in _rows(job, document):
        yield *columns, at[:10], job_id
