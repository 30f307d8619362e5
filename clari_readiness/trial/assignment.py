"""What an exporter is asked to export in one run, and how much time it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from clari_readiness.trial.warehouses.seam import WORK

Surface = Literal["forecast", "audit", "opportunities"]
"""What an exporter can export: forecasts, audit events (F29), opportunities (F30)."""


_SLOWEST = 2.0  # simulated seconds in a real one
_UNSEEN = 0.15  # simulated seconds that may lie between two requests without any pause


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds of the simulator's clock, and how many of them pass in a real one (`scale`).

    Two are in real seconds, since no clock makes them faster: `download_timeout`, for what comes over a socket, and
    `work`, which a run may take besides all that it has to wait for.
    """

    scale: float = 1.0
    job_timeout: float = 100.0
    download_timeout: float = 600.0
    poll_interval: float = 1.0
    job_seconds: tuple[float, float] = (0.5, 1.5)
    work: float = WORK

    @property
    def slowest(self) -> bool:
        """Whether it makes no sense to be slower yet."""
        return self.scale <= _SLOWEST

    def slower(self, added: float) -> Pace:
        """Return the pace at which `added` seconds of this one are so few that they hide no pause."""
        by = max(2.0, added / _UNSEEN)
        return replace(self, scale=max(_SLOWEST, float(int(self.scale / by))))

    def patient(self, work: float) -> Pace:
        """Return the pace at which a run may take so many real seconds at least, besides all that it waits for."""
        return replace(self, work=max(self.work, work))

    def real(self, seconds: float) -> float:
        """Return the real seconds that so many of the simulator's take."""
        return seconds / self.scale


@dataclass(frozen=True)
class Assignment:
    """What one run has to export."""

    forecast_id: str
    time_periods: tuple[str, ...]
    types: tuple[str, ...]
    audit_from: datetime | None = None
    opportunity_ids: tuple[str, ...] = ()
