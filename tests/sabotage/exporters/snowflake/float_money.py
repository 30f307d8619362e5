"""Its amounts are kept in binary floating point."""

from tests.sabotage.exporters import snowflake

CAUGHT_BY = "content_amount_too_large"
SCHEMA = snowflake.SCHEMA.replace("NUMBER(28, 2)", "FLOAT")
