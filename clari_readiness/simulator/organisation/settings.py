"""What a virtual organisation is made of; everything else about it follows from its seed and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

TYPES = ("forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed")
"""The types that an export can hold (F5)."""

DEFAULT_TYPES = ("forecast", "forecast_updated")
"""What an export holds when it was not asked for anything else (F5)."""

CRM_TYPES = frozenset({"crm_total", "crm_closed"})


@dataclass(frozen=True)
class ApiUser:
    """A user who made a token. It sees what this user sees: nothing, when not opted in (F25).

    It dies with the user's account (F3): when `active` is False its key is as good as any other wrong one.
    """

    user_id: int
    name: str
    email: str
    opted_in: bool = True
    active: bool = True


@dataclass(frozen=True)
class Field:
    """A column of the forecast tab: people enter calls into it, or it holds their quota."""

    field_id: str
    name: str
    holds: Literal["calls", "quota"] = "calls"

    @property
    def field_type(self) -> str:
        """Return Clari's word for it."""
        return "quota" if self.holds == "quota" else "forecast"


EXPORTER = ApiUser(4711, "Clari Export", "clari-export@example.com")
ANALYST = ApiUser(4712, "Ada Analyst", "ada.analyst@example.com")
NEWCOMER = ApiUser(4713, "Noor Newcomer", "noor.newcomer@example.com", opted_in=False)

FIELDS = (
    Field("fc_commit", "Commit"),
    Field("fc_best_case", "Best Case"),
    Field("fc_quota", "Quota", holds="quota"),
)


@dataclass(frozen=True)
class Organisation:
    """A virtual organisation: two with equal settings are the same one, to the byte.

    `people` sell, `managers` manage them, one more is over the managers. `second_roles` of the people hold a second
    role (F13). One person opts out on `opts_out_on` and is in no later export (F17). `week_starts` counts from
    Monday = 0. `founded` is where the history begins: earlier quarters are unknown (F18). `job_seconds` is how long a
    job is SCHEDULED, and then STARTED. Jobs are named by their ordinal number, from 1: of `failing_jobs` the first
    attempt fails, `stuck_jobs` stay STARTED until they are cancelled, `truncated_jobs` are DONE with half of their
    entries (F10). The first of `users` is the exporter's.
    """

    seed: int = 7
    org_id: int = 101
    people: int = 12
    managers: int = 3
    second_roles: int = 1
    opts_out_on: date | None = date(2026, 11, 24)
    forecasts: tuple[str, ...] = ("net_bookings",)
    fields: tuple[Field, ...] = FIELDS
    fiscal_year_starts: int = 2
    named_after: Literal["start", "end"] = "end"
    week_starts: int = 2
    founded: date = date(2023, 2, 1)
    currency: str = "USD"
    users: tuple[ApiUser, ...] = (EXPORTER, ANALYST, NEWCOMER)
    concurrent_limit: int = 3
    monthly_quota: int = 1000
    job_seconds: tuple[float, float] = (1.0, 2.0)
    results_days: int = 30
    failing_jobs: frozenset[int] = frozenset()
    stuck_jobs: frozenset[int] = frozenset()
    truncated_jobs: frozenset[int] = frozenset()
    export_refuses_crm: bool = False
    wrapped_jobs: bool = True
    wrapped_job_lists: bool = False
    wrapped_opportunities: bool = False
    synchronous_forecast: bool = True
    audit_events_a_day: int = 12
    opportunities: int = 250
