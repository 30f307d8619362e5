"""What ends an export for good, written into the ledger, so that the next run does not go on with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from clari_readiness.errors import Refused, TooManyRequests, Unauthorized
from clari_readiness.warehouse import JobState, LedgerEntry, Warehouse


@contextmanager
def ends_recorded(entry: LedgerEntry, warehouse: Warehouse) -> Iterator[None]:
    """Close the ledger's line when the same job cannot help any more: it is gone, or its results are.

    What can pass (no network, 429, 5xx, a token that is being rotated) leaves the line open.
    """
    try:
        yield
    except Refused as refused:
        if _for_good(refused):
            warehouse.record(replace(entry, state=JobState.FAILED, message=str(refused)))
        raise


def _for_good(refused: Refused) -> bool:
    return 400 <= refused.status < 500 and not isinstance(refused, TooManyRequests | Unauthorized)
