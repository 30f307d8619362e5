"""Its table has no key, and each load comes on top of what is there."""

from tests.sabotage.exporters import postgres

CAUGHT_BY = "duplicates_twice"
SCHEMA = postgres.SCHEMA.replace(
    ",\n    PRIMARY KEY (forecast_name, time_period, time_frame_id, user_id, field_id, currency)", ""
)
UPSERT = postgres.INSERT
