"""How busy the machine is while a trial runs: what it adds to the little that is done between two requests."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

_BURST = 0.003  # seconds of computing: about what a client does between an answer and its next request
_BETWEEN = 0.1  # seconds


def slowness(added: float) -> float:
    """Return how many times as long as on an idle machine everything takes, where so much is added to a moment."""
    return 1.0 + added / _BURST


class Meter:
    """Computes for a moment now and then, and measures how much longer that takes than it computes.

    Use it as a context. It is the same for every exporter, whatever that does between two requests.
    """

    def __init__(self) -> None:
        self._samples: list[tuple[float, float]] = []
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._over.clear()
        self._thread = threading.Thread(target=self._run, name="trial-meter", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def added(self, since: float) -> float:
        """Return the real seconds that were added since a moment (monotonic), a quarter of the time at least."""
        added = sorted(each for at, each in self._samples if at >= since)
        return added[len(added) * 3 // 4] if added else 0.0

    def _run(self) -> None:
        while not self._over.wait(_BETWEEN):
            began, computed = time.monotonic(), time.thread_time()
            while time.thread_time() - computed < _BURST:
                pass
            self._samples.append((began, max(0.0, time.monotonic() - began - _BURST)))
