"""It inserts what is new, and never updates what is there."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "duplicates_daily"
UPSERT = plain.UPSERT.replace("OR REPLACE", "OR IGNORE")
