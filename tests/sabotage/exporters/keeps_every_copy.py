"""It appends each export as a snapshot, entries that come twice included."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "duplicates_identical"
SCHEMA = plain.SCHEMA.replace("exported_at TEXT, job_id TEXT,", "exported_at TEXT, job_id TEXT").replace(
    "    PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency)\n", ""
)
