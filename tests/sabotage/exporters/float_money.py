"""Its amounts pass through floating point, which holds some sixteen digits."""

CAUGHT_BY = "content_amount_too_large"


def amount(value):
    return None if value is None else f"{float(value):.2f}"
