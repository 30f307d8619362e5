"""The client: one method for each thing that Clari can be asked."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clari_readiness.client import answers, endpoints
from clari_readiness.client.answers import AuditPage
from clari_readiness.client.breaker import Breaker, BreakerState
from clari_readiness.client.pages import audit_pages, opportunity_requests
from clari_readiness.client.retry import Retry
from clari_readiness.client.transport import Deadline, Observer, Request, Response, Transport
from clari_readiness.client.wire import HTTP, Profile
from clari_readiness.errors import AnswerLost, Refused, Unreadable
from clari_readiness.model.exports import ExportRequest, Job, LandedDocument, Limits
from clari_readiness.model.time import Clock


def connect(
    *,
    base_url: str,
    key: str,
    profile: Profile = "v4",
    clock: Clock,
    random: random.Random,
    call_deadline: float = 60.0,
    download_deadline: float = 600.0,
    ca_file: Path | str | None = None,
    on_exchange: Observer | None = None,
) -> ClariClient:
    """Return a client: retry over breaker over HTTP. Nothing is sent yet.

    The deadlines are seconds for a whole call, retries and waiting included. The machine's proxy is used (HTTPS_PROXY,
    NO_PROXY), never for the loopback; `.netrc` is not read. `ca_file` is trusted besides the usual certificates.
    A base URL that is none is a `SettingsError`, a key that no header can carry a `SecretError`.
    """
    http = HTTP(
        base_url,
        key,
        profile=profile,
        clock=clock,
        ca_file=None if ca_file is None else Path(ca_file),
        on_exchange=on_exchange,
    )
    breaker = Breaker(http, clock=clock)
    return ClariClient(
        Retry(breaker, clock=clock, chance=random),
        clock=clock,
        call_deadline=call_deadline,
        download_deadline=download_deadline,
        breaker=breaker,
    )


class ClariClient:
    """Asks Clari. Every method raises a `ClariError` when it gets no usable answer within its deadline.

    About 10 requests a second are safe (F27); there is no limiter here, because polling and paging stay far below.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock,
        call_deadline: float = 60.0,
        download_deadline: float = 600.0,
        breaker: Breaker | None = None,
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._call_deadline = call_deadline
        self._download_deadline = download_deadline
        self._breaker = breaker

    @property
    def circuit_open(self) -> bool:
        """Whether the circuit breaker keeps requests away: the last of them found Clari down."""
        return self._breaker is not None and self._breaker.state is not BreakerState.CLOSED

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def send(self, request: Request) -> Response:
        """Send one of `endpoints`' requests as it is; its body is not judged beyond being JSON."""
        seconds = self._call_deadline if request.sink is None else self._download_deadline
        return self._transport.send(request, Deadline(seconds, clock=self._clock))

    def limits(self) -> Limits:
        """Return quota and concurrency of the organisation (F22)."""
        request = endpoints.limits()
        return answers.limits(self.send(request).document, str(request))

    def forecast_types(self) -> list[Any]:
        """Return the types to export; profile v1 only, where it is the health check (F2)."""
        request = endpoints.forecast_types()
        return answers.forecast_types(self.send(request).document, str(request))

    def forecast(
        self,
        forecast_id: str,
        *,
        time_period: str | None = None,
        types: Sequence[str] = (),
        scope_id: str | None = None,
        currency: str | None = None,
    ) -> dict[str, Any]:
        """Return the forecast as of now (F21), amounts as floats; a `Refused` of 404 where Clari does not have it.

        Where cents matter, read the text: `send(endpoints.forecast(...)).body`.
        """
        request = endpoints.forecast(
            forecast_id, time_period=time_period, types=types, scope_id=scope_id, currency=currency
        )
        return answers.forecast(self.send(request).document, str(request))

    def queue_export(self, request: ExportRequest) -> str:
        """Queue a forecast export and return the job's id (F5).

        `AnswerLost` says that the job may have been queued: look at `jobs()` before asking again (F12).
        """
        return self._queue(endpoints.queue_export(request))

    def queue_activity_export(self, *, activity_types: Sequence[str] = (), start: datetime, end: datetime) -> str:
        """Queue an export of activities and return the job's id (F11); errors as `queue_export`."""
        return self._queue(endpoints.activity_export(activity_types=activity_types, start=start, end=end))

    def queue_audit_export(
        self,
        *,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        actor_id: int | None = None,
        session_type: str | None = None,
        event: str | None = None,
    ) -> str:
        """Queue an export of audit events and return the job's id (F11); errors as `queue_export`."""
        request = endpoints.audit_export(
            date_from=date_from, date_to=date_to, actor_id=actor_id, session_type=session_type, event=event
        )
        return self._queue(request)

    def job(self, job_id: str) -> Job:
        """Return the job as it is now (F6)."""
        request = endpoints.job(job_id)
        return answers.job(self.send(request).document, str(request))

    def jobs(self) -> list[Job]:
        """Return the jobs of the token's user, in Clari's order (F7)."""
        request = endpoints.jobs()
        return answers.jobs(self.send(request).document, str(request))

    def cancel(self, job_id: str) -> bool:
        """Cancel the job and return whether that succeeded; False when it had ended already (F8).

        It may be this very cancellation that ended it, when the first answer to it was lost: the job itself tells.
        """
        request = endpoints.cancel(job_id)
        try:
            return answers.cancelled(self.send(request).document, str(request))
        except Refused as refused:
            if refused.code == "export_failed_to_cancel":
                return False
            raise

    def download(self, job_id: str, to: Path) -> LandedDocument:
        """Write the results of a DONE job to the file, as they came (F9); nothing is left behind when it fails."""
        landed = self.send(endpoints.results(job_id, to)).landed
        if landed is None:
            raise TypeError("a transport answered a request with a sink, and landed nothing")
        return landed

    def forecast_now(self, request: ExportRequest, to: Path) -> tuple[LandedDocument, datetime]:
        """Write the latest week of a forecast as it is now to the file (F21), and return the answer's `Date` with it.

        An answer without a readable date is dated by our clock. A `Refused` of 404 where Clari does not have it.
        """
        asked = endpoints.forecast(
            request.forecast_id,
            time_period=request.time_period,
            types=request.types,
            scope_id=request.scope_id,
            currency=request.currency,
        )
        response = self.send(replace(asked, sink=to))
        if response.landed is None:
            raise TypeError("a transport answered a request with a sink, and landed nothing")
        return response.landed, answers.date_of(response.headers) or self._clock.now()

    def audit_events(
        self,
        *,
        limit: int = 100,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        actor_id: int | None = None,
        session_type: str | None = None,
        event: str | None = None,
    ) -> Iterator[AuditPage]:
        """Yield the pages of audit events, asking for each when it is wanted (F29); some may be empty.

        A `nextLink` to elsewhere is `ForeignOrigin`, one to a page that was read already `Unreadable`; neither is
        followed. Events have no id: replace whole windows and keep duplicates.
        """
        request = endpoints.audit_events(
            limit=limit,
            date_from=date_from,
            date_to=date_to,
            actor_id=actor_id,
            session_type=session_type,
            event=event,
        )
        return audit_pages(self.send, request)

    def opportunities(self, ids: Iterable[str]) -> Iterator[Mapping[str, Any]]:
        """Yield the opportunities that Clari knows of these, asking for at most 100 at a time (F30)."""
        for request in opportunity_requests(ids):
            yield from answers.opportunities(self.send(request).document, str(request))

    def _queue(self, request: Request) -> str:
        response = self.send(request)
        try:
            return answers.job_id(response.document, str(request))
        except Unreadable as error:
            lost = AnswerLost(
                f"{error.message}; the job may have been queued all the same",
                way_out="do not send it again before the list of jobs shows that it was not",
            )
        raise lost
