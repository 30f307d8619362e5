"""How a list of events is cut into pages, and how badly that can go (F29)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Size = Callable[[int, int, int], int]
"""From the offset of a page, the limit that was asked for and how many events there are: how many the page holds."""


def as_asked(offset: int, limit: int, total: int) -> int:  # noqa: ARG001 - a `Size` like the others
    """Return the limit."""
    return limit


@dataclass(frozen=True)
class Paging:
    """How one page is answered; by default as it should be.

    An `empty` one has no events and says where to go on. One that `overlaps` begins with the last event of the page
    before. One that `links_back` says that the first page is next. One that `inserts` adds an event to the window.
    """

    size: Size = as_asked
    empty: bool = False
    overlaps: bool = False
    links_back: bool = False
    inserts: bool = False


@dataclass(frozen=True)
class Page:
    """The events from `first` until before `end`; `next` is the offset to go on at, None when that was all."""

    first: int
    end: int
    next: int | None

    @classmethod
    def cut(cls, paging: Paging, offset: int, limit: int, total: int) -> Page:
        """Return the page at this offset."""
        if paging.empty:
            return cls(offset, offset, offset)
        first = max(offset - paging.overlaps, 0)
        end = min(first + max(1, min(paging.size(offset, limit, total), limit)), total)
        # An overlap of a whole page would never come to an end.
        end = min(max(end, offset + 1), total)
        following = end if end < total else None
        return cls(first, end, 0 if paging.links_back else following)
