"""It waits as it likes, whatever Retry-After asks for."""

CAUGHT_BY = "limits_429_seconds"


def asked_to_wait(answer):
    return 0
