"""It asks once: what fails in passing has failed."""

CAUGHT_BY = "resilience_500"
ATTEMPTS = 1
