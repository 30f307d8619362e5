"""It loads whatever quarter it is told: it has asked for the right one."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "period_wrong_quarter"
_check_entry = plain.check_entry


def check_entry(period, entry):
    _check_entry(entry["timePeriodId"], entry)
