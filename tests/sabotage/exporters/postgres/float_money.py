"""Its amounts are kept in binary floating point."""

from tests.sabotage.exporters import postgres

CAUGHT_BY = "content_amount_too_large"
SCHEMA = postgres.SCHEMA.replace("numeric(28, 2)", "double precision")
