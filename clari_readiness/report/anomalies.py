"""Anomalies, shown: as lines below the reconciliation's table, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from clari_readiness.model.anomalies import Anomaly, Detection, Inspected

TOLD = 5
"""How many anomalies of a forecast and period the terminal shows; JSON has all that are named."""


def detection_document(found: Detection) -> dict[str, Any]:
    """Return all that was found as anything that JSON holds, amounts as exact text, each change with its anomaly."""
    document: dict[str, Any] = msgspec.to_builtins(found)
    anomalies = [
        {**row, "change": None if each.change is None else str(each.change)}
        for row, each in zip(document["anomalies"], found.anomalies, strict=True)
    ]
    return {**document, "found": found.found, "anomalies": anomalies}


def swing_rows(found: Detection) -> list[dict[str, Any]]:
    """Return every forecast and quarter that was looked at, with a row for each anomaly that is named, or one for none.

    Amounts, and the part by which they moved, are exact text; `threshold` says more than which part is a swing, and
    `compared_with` when the baseline was exported (ISO, UTC), or why there is none.
    """
    return [row for inspected in found.inspected for row in _rows(found, inspected)]


def _rows(found: Detection, inspected: Inspected) -> Iterator[dict[str, Any]]:
    named = [each for each in found.anomalies if _is_of(each, inspected)]
    compared = inspected.baseline_at
    looked_at = {
        "forecast_id": inspected.forecast_id,
        "time_period": inspected.time_period,
        "compared_with": compared.isoformat(timespec="seconds") if compared else inspected.reason,
        "threshold": str(found.threshold.normalize()),
        "found": inspected.found,
    }
    for each in named:
        yield looked_at | {
            "kind": each.kind.value,
            "whose": " ".join(part for part in (each.level, each.who, each.field_id, each.type, each.currency) if part),
            "previous": None if each.previous is None else str(each.previous),
            "current": None if each.current is None else str(each.current),
            "change": None if each.change is None else str(each.change),
        }
    more = inspected.found - len(named)
    if more or not named:
        kind = f"{more} more" if more else None
        yield looked_at | {"kind": kind, **dict.fromkeys(("whose", "previous", "current", "change"))}


def detection_lines(found: Detection) -> Iterator[tuple[str, str]]:
    """Yield what is to be reviewed, each line with its style; forecasts and periods without anything say nothing."""
    for inspected in found.inspected:
        named = [each for each in found.anomalies if _is_of(each, inspected)]
        yield from ((f"to review: {each}", "yellow") for each in named[:TOLD])
        if inspected.found > TOLD:
            more = inspected.found - len(named[:TOLD])
            yield f"{inspected.forecast_id} {inspected.time_period}: {more} more anomalies; --json names more", "yellow"


def _is_of(anomaly: Anomaly, inspected: Inspected) -> bool:
    of_anomaly = anomaly.forecast_id, anomaly.time_period
    return of_anomaly == (inspected.forecast_id, inspected.time_period)
