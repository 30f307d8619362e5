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
