"""It gives each read thirty seconds, and an answer as long as something comes."""

from contextlib import contextmanager

CAUGHT_BY = "resilience_endless"


@contextmanager
def within(seconds):
    """`timeout=30` will do."""
    yield
