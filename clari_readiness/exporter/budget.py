"""What a run may spend of the organisation's quota: never what is kept in reserve."""

from __future__ import annotations

import math

from clari_readiness.errors import ExportError
from clari_readiness.exporter.events import Cost
from clari_readiness.model.exports import ExportRequest, Limits


class Budget:
    """Jobs that may still be queued, by the limits as they were when the run began (F22).

    `reserve` is the share of the monthly quota that is never touched, from 0 to 1.
    """

    def __init__(self, limits: Limits, reserve: float) -> None:
        self._quota = limits.monthly_quota
        self._left = limits.available_monthly
        self._reserve = reserve_of(limits, reserve)

    def cost(self, jobs: int) -> Cost:
        """Return what so many jobs cost."""
        return Cost(jobs, self._quota, self._left, self._reserve)

    @property
    def allows_one(self) -> bool:
        """Whether one more job leaves the reserve untouched."""
        return self._left > self._reserve

    def spend(self) -> None:
        """Count a job that was queued, or may have been."""
        self._left -= 1

    def get_back(self) -> None:
        """Count a job that was cancelled: it frees its quota (F8)."""
        self._left += 1

    def refusal(self, request: ExportRequest) -> ExportError:
        """Return the error for a request that is not asked for, because there is no quota for it."""
        what = f"{request.forecast_id} {request.time_period} is not asked for"
        if self._left <= 0:
            return ExportError(
                f"{what}: the quota of {self._quota} exports in 30 days is used up",
                way_out="trying again cannot help: wait until older exports are 30 days old, or ask Clari for more",
            )
        kept = f"{self._left} exports of {self._quota} in 30 days are left, and {self._reserve} are kept in reserve"
        return ExportError(
            f"{what}: {kept}", way_out="wait until older exports are 30 days old, or lower quota_reserve"
        )


def reserve_of(limits: Limits, share: float) -> int:
    """Return how many jobs of the monthly quota are kept in reserve; a part of one counts as one."""
    return math.ceil(limits.monthly_quota * share)
