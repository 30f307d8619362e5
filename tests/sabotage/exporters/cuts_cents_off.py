"""It counts cents with int(amount * 100), and 1.15 times 100 is less than 115."""

CAUGHT_BY = "healthy"


def amount(value):
    return None if value is None else int(float(value) * 100) / 100
