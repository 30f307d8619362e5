"""It looks whether rows were truncated, and not whether cells were."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "period_cells_truncated"
_checked = plain.checked


def checked(period, job, document):
    return _checked(period, {**job, "cellsTruncated": False}, document)
