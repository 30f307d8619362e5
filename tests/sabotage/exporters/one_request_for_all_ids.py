"""It asks for all opportunities in one request, and 100 are allowed."""

CAUGHT_BY = "pages_batches"
BATCH = 1000
