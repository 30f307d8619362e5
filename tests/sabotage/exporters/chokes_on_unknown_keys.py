"""It refuses a document with a key that it does not know."""

from tests.sabotage.exporters.plain import VALUES, Unusable

CAUGHT_BY = "content_unknown_key"
KNOWN = {"timePeriodId", "timeFrameId", "userId", "fieldId", "currency", "updatedOn", *VALUES.values()}


def check_entry(period, entry):
    if unknown := entry.keys() - KNOWN:
        raise Unusable(f"what is {min(unknown)}?")
    if entry["timePeriodId"] != period:
        raise Unusable(f"asked for {period}, and was told {entry['timePeriodId']}")
