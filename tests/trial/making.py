"""What happened in a scenario, made up: for the laws, which are pure functions of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from clari_readiness.simulator import Line
from clari_readiness.trial.assignment import Assignment, Pace
from clari_readiness.trial.course import Course, Document, End, Entry, ProcessEnd, Request, Run, Truth
from clari_readiness.trial.rows import AUDIT_EVENTS, FORECASTS, OPPORTUNITIES, Rows

BEGAN = datetime(2026, 11, 21, 9, tzinfo=UTC)
ASSIGNMENT = Assignment("f", ("2027_Q4",), ("forecast", "quota"))
POST, JOB, RESULTS = "/v4/export/forecast/f", "/v4/export/jobs/1", "/v4/export/jobs/1/results"
GOOD = ProcessEnd(0, 1.0, 10.0)
BAD = ProcessEnd(1, 1.0, 10.0)


def request(
    at: float,
    path: str = JOB,
    *,
    method: str = "GET",
    status: int | None = 200,
    body: Any = None,
    queued: str | None = None,
    fault: str | None = None,
    key: int | str | None = 4711,
    answered: Mapping[str, str] | None = None,
) -> Request:
    line = Line(
        number=int(at * 1000),
        at=(BEGAN + timedelta(seconds=at)).isoformat(),
        method=method,
        path=path,
        query="",
        headers={},
        key=key,
        user=4711,
        body="" if body is None else json.dumps(body),
        status=status,
        fault=fault,
        answered=answered or {},
        queued=queued,
    )
    return Request(line, at, at)


def post(at: float, *, period: str = "2027_Q4", queued: str | None = "1", **more: Any) -> Request:
    body = {"timePeriod": period, "typesToExport": ["forecast", "quota"]}
    return request(at, POST, method="POST", body=body, queued=queued, **more)


def run(*requests: Request, **changed: Any) -> Run:
    plain = Run(1, ASSIGNMENT, End.COMPLETE, (GOOD,), requests, Rows(), Rows(), Truth())
    return replace(plain, **changed)


def course(*runs: Run, **changed: Any) -> Course:
    numbered = tuple(replace(each, number=number) for number, each in enumerate(runs, 1))
    return replace(Course(numbered, Pace()), **changed)


def row(user: str = "1:A", *, amount: str | None = "10.00", **changed: Any) -> dict[str, Any]:
    plain = {
        "forecast_name": "f",
        "time_period": "2027_Q4",
        "time_frame_id": "TF:2026-11-18",
        "user_id": user,
        "field_id": "fc",
        "currency": "USD",
        "owner_name": "Ada",
        "owner_email": "ada@example.com",
        "forecast_amount": None if amount is None else Decimal(amount),
        "quota_amount": None,
        "exported_at": BEGAN,
        "job_id": "1",
    }
    return {**plain, **changed}


def forecasts(*rows: Mapping[str, Any], absent: frozenset[str] = frozenset()) -> Rows:
    return Rows({FORECASTS: rows}, absent)


def events(*rows: Mapping[str, Any]) -> Rows:
    return Rows({AUDIT_EVENTS: rows})


def opportunities(*rows: Mapping[str, Any]) -> Rows:
    return Rows({OPPORTUNITIES: rows})


def entry(user: str = "1:A", amount: str | None = "10.00", *, period: str = "2027_Q4") -> Entry:
    key = ("f", period, "TF:2026-11-18", user, "fc", "USD")
    amounts = {"forecast_amount": None if amount is None else Decimal(amount), "quota_amount": None}
    return Entry(key, "Ada", "ada@example.com", amounts)


def truth(*entries: Entry, job: str = "1", period: str = "2027_Q4", damage: Sequence[str] = ()) -> Truth:
    return Truth((Document(job, period, ("forecast", "quota"), entries, tuple(damage)),), (job,))
