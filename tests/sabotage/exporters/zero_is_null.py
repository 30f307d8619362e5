"""It asks `if amount`, and takes zero for none."""

CAUGHT_BY = "content_amounts"


def amount(value):
    return str(value) if value else None
