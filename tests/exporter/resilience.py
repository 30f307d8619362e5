"""What the law of resilience is judged by: a transport that watches, and the truth about every row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from clari_readiness.client.breaker import FAILURES
from clari_readiness.client.retry import Backoff, retry_after_seconds
from clari_readiness.client.transport import Deadline, Request, Response, Transport
from clari_readiness.errors import ReadinessError, Refused
from clari_readiness.simulator import Fault, ManualClock, Match, Simulator
from clari_readiness.warehouse import DuckDBWarehouse

FAILURES_IN_A_ROW = 8
COOL_DOWN = 30.0
A_HAIR = 1e-6


@dataclass
class Watched:
    """The transport below the breaker. It knows the rules for itself, and remembers where they were broken."""

    inner: Transport
    clock: ManualClock
    broken: list[str] = field(default_factory=list)
    _failed: int = 0
    _silent_until: float = 0.0
    _last: tuple[Request, float, float] | None = None

    def send(self, request: Request, deadline: Deadline) -> Response:
        now = self.clock.monotonic()
        if now < self._silent_until - A_HAIR:
            self.broken.append(f"{request} was sent at {now}, and the breaker is open until {self._silent_until}")
        self._judge_wait(request, now)
        try:
            response = self.inner.send(request, deadline)
        except ReadinessError as error:
            self._failed = self._failed + 1 if isinstance(error, FAILURES) else 0
            if self._failed >= FAILURES_IN_A_ROW:
                self._silent_until = self.clock.monotonic() + COOL_DOWN
            self._last = request, self.clock.monotonic(), self._asked_for(error)
            raise
        self._failed, self._last = 0, None
        return response

    def close(self) -> None:
        self.inner.close()

    def _judge_wait(self, request: Request, now: float) -> None:
        """The wait before an attempt lies in the upper half below a ceiling that doubles, or is what was asked for."""
        if self._last is None or request.attempt == 1:
            return
        earlier, failed_at, asked = self._last
        waited, ceiling = now - failed_at, Backoff().ceiling(earlier.attempt)
        if earlier.attempt + 1 != request.attempt or str(earlier) != str(request):
            self.broken.append(f"attempt {request.attempt} of {request} follows attempt {earlier.attempt} of {earlier}")
        elif not max(ceiling / 2, asked) - A_HAIR <= waited <= max(ceiling, asked) + A_HAIR:
            self.broken.append(
                f"attempt {request.attempt} of {request} came after {waited} s: ceiling {ceiling}, asked {asked}"
            )

    def _asked_for(self, error: ReadinessError) -> float:
        asked = error.retry_after if isinstance(error, Refused) else None
        return retry_after_seconds(asked, self.clock.now()) or 0.0


class KeptOpen(DuckDBWarehouse):
    """A warehouse that stays open between calls, in memory: files take longer than all the rest of an example.

    That a kill leaves files whole is tested where files are.
    """

    def __init__(self, directory: Path, clock: ManualClock) -> None:
        super().__init__(Path(":memory:"), clock)
        self._directory = directory
        self._connection().execute("SET threads = 1")  # some ten rows at a time are not worth more

    @property
    def _scratch(self) -> Path:
        return self._directory / "staging"

    def close(self) -> None:
        self._clear()

    def empty(self) -> None:
        """Forget everything, the ledger too."""
        connection = self._connection()
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        for name in tables:
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 - our own tables' names

    def amounts(self) -> dict[str, Counter[tuple[Any, ...]]]:
        """Return job -> its rows, as key and amount."""
        rows = self._connection().execute(
            "SELECT job_id, time_period_id, time_frame_id, user_id, field_id, forecast_amount FROM forecast_entries"
        )
        found: dict[str, Counter[tuple[Any, ...]]] = {}
        for job_id, *row in rows.fetchall():
            found.setdefault(job_id, Counter())[tuple(row)] += 1
        return found

    def end(self) -> None:
        super().close()


def truth_of(simulator: Simulator, job_id: str) -> Counter[tuple[Any, ...]]:
    """Return the rows that a job has to leave: what the simulator knew when the job began."""
    job = simulator._jobs.get(job_id)
    assert job is not None, f"nobody queued {job_id}"
    began = job.created + timedelta(seconds=simulator.organisation.job_seconds[0])
    asked = job.request
    document = simulator.truth(asked["forecastId"], asked["timePeriod"], began, types=asked["typesToExport"])
    return Counter(
        (entry["timePeriodId"], entry["timeFrameId"], entry["userId"], entry["fieldId"], _cents(entry["forecastValue"]))
        for entry in document["entries"]
    )


def _cents(amount: Any) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Meanwhile:
    """Another process of the same user queues a job of its own, just before `fault` happens to ours."""

    simulator: Simulator
    fault: Fault
    period: str

    @property
    def match(self) -> Match:
        return self.fault.match

    async def act(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        simulator = self.simulator
        asked = {
            "forecastId": "net_bookings",
            "timePeriod": self.period,
            "typesToExport": ["forecast"],
            "scopeId": None,
            "currency": None,
            "includeHistorical": True,
        }
        if simulator._jobs.free_places(simulator.clock.now()) > 1:
            simulator._jobs.queue("FORECAST", asked, user_id=4711, at=simulator.clock.now().astimezone(UTC))
        await self.fault.act(app, scope, receive, send)


def lock_of(directory: Path) -> Path:
    return directory / "exporter.lock"
