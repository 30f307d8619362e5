"""It reads Retry-After with int(), and it can be a date."""

CAUGHT_BY = "limits_429_date"


def asked_to_wait(answer):
    return 0 if answer is None else int(answer.headers.get("Retry-After", 0))
