"""What an exporter is asked to export in one run, and how much time it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Surface = Literal["forecast", "audit", "opportunities"]
"""What an exporter can export: forecasts, audit events (F29), opportunities (F30)."""


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds of the simulator's clock, and how many of them pass in a real one (`scale`).

    `download_timeout` alone is in real seconds: what comes over a socket is no faster when a clock is.
    """

    scale: float = 1.0
    job_timeout: float = 40.0
    download_timeout: float = 600.0
    poll_interval: float = 1.0
    job_seconds: tuple[float, float] = (0.5, 1.5)

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
