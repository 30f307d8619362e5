"""The yardstick: what msgspec needs to make typed objects of the same bytes."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.tasks.timing import Watch


class Currency(msgspec.Struct):
    """What an entry's amounts are in."""

    code: str
    symbol: str | None = None


class Entry(msgspec.Struct):
    """An entry, its amounts as floats: the fastest that a typed parse can be, and not exact."""

    fieldId: str  # noqa: N815 - Clari's names
    timePeriodId: str  # noqa: N815
    timeFrameId: str  # noqa: N815
    userId: str  # noqa: N815
    forecastValue: float | None = None  # noqa: N815
    isUpdated: bool | None = None  # noqa: N815
    updatedBy: str | int | None = None  # noqa: N815
    updatedOn: int | None = None  # noqa: N815
    quotaValue: float | None = None  # noqa: N815
    adjustmentValue: float | None = None  # noqa: N815
    adjustedBy: str | int | None = None  # noqa: N815
    adjustedOn: int | None = None  # noqa: N815
    aggregationTotal: float | None = None  # noqa: N815
    crmClosed: float | None = None  # noqa: N815
    currency: Currency | None = None


class Document(msgspec.Struct):
    """A forecast document, of which only the entries are many."""

    entries: list[Entry]
    users: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    timePeriods: list[dict[str, Any]]  # noqa: N815
    timeFrames: list[dict[str, Any]]  # noqa: N815


def typed(path: str, *, collecting: bool) -> dict[str, Any]:
    """Parse the bytes, which are in memory already, with Python's garbage collector on or off."""
    content = Path(path).read_bytes()
    decoder = msgspec.json.Decoder(Document)
    if not collecting:
        gc.disable()
    watch = Watch()
    document = decoder.decode(content)
    return {**watch.told(), "entries": len(document.entries)}
