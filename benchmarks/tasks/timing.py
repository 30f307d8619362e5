"""Seconds by the wall's clock and by the processor's, from the same moment on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass
class Watch:
    """Started when it is made. The processor's seconds are those of all threads: they hold on a busy machine too."""

    laps: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.perf_counter)
    _cpu: float = field(default_factory=time.process_time)

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap."""
        self.laps[name] = time.perf_counter() - self._began - sum(self.laps.values())

    def told(self) -> dict[str, float]:
        """Return what it shows now, and the laps."""
        seconds, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        return {**self.laps, "seconds": seconds, "cpu_seconds": cpu}
