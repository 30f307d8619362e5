"""It loads NULL for an amount that it cannot read."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from tests.sabotage.exporters.plain import Unusable

CAUGHT_BY = "content_changed_type"


def check_entry(period, entry):
    if entry["timePeriodId"] != period:
        raise Unusable(f"asked for {period}, and was told {entry['timePeriodId']}")


def amount(value):
    try:
        return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))
    except (InvalidOperation, TypeError):
        return None
