"""It tries again for as long as it takes, twice a second."""

CAUGHT_BY = "resilience_outage"
ATTEMPTS = 100_000


def pause(attempt, answer):
    return 0.5
