"""Trying again: which failures, how long to wait, and when to stop."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception

from clari_readiness.client.transport import Deadline, Request, Response, Transport
from clari_readiness.errors import (
    AnswerLost,
    ClariError,
    DeadlineExceeded,
    Refused,
    ServerFault,
    TooManyRequests,
    Unreachable,
    Unreadable,
)
from clari_readiness.model.time import Clock

_LOG = logging.getLogger(__name__)

_NEVER_ACCEPTED = (Unreachable, TooManyRequests)
_IN_PASSING = (*_NEVER_ACCEPTED, ServerFault, AnswerLost, Unreadable)
_PERHAPS_ACCEPTED = (ServerFault, Unreadable, DeadlineExceeded)


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff with equal jitter, in seconds.

    The ceiling doubles from `first` to `longest`; the delay is drawn from its upper half, so that single runs grow too.
    A server that cannot be reached is tried `unreachable_attempts` times only: a wrong name or certificate does not
    mend itself, and should be said in seconds.
    """

    first: float = 0.5
    longest: float = 20.0
    unreachable_attempts: int = 5

    def ceiling(self, attempt: int) -> float:
        """Return the longest delay after so many attempts (1 or more)."""
        # The exponent is capped because a float overflows long before anybody has tried so often.
        return min(self.longest, self.first * 2.0 ** min(attempt - 1, 60))

    def delay(self, attempt: int, chance: random.Random) -> float:
        """Return a delay between half the ceiling and the ceiling."""
        half = self.ceiling(attempt) / 2
        return half + chance.uniform(0.0, half)


class Retry:
    """Sends again what failed in passing, until the call's deadline leaves no room for another attempt.

    Sent again are 429, and for repeatable requests 5xx, lost and unreadable answers. A request that queues a job is
    sent again only where it certainly was not accepted (F12): never sent, or 429. What leaves open whether it was
    accepted becomes `AnswerLost`.
    """

    def __init__(
        self, inner: Transport, *, clock: Clock, chance: random.Random, backoff: Backoff | None = None
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._chance = chance
        self._backoff = backoff or Backoff()

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send until it succeeds, fails for good, or the deadline is near; raise the last failure and say how often."""
        call = _Call(request, deadline, self._clock, self._chance, self._backoff)
        retrying = Retrying(
            retry=retry_if_exception(lambda error: may_send_again(error, request)),
            wait=call.delay,
            stop=call.must_stop,
            sleep=self._clock.sleep,
            before_sleep=call.tell,
            reraise=True,
        )
        try:
            return retrying(lambda: self._inner.send(replace(request, attempt=call.next()), deadline))
        except ClariError as error:
            failure = call.told(error)
        # Raised outside the handler, so that it does not drag the frames of the attempts along.
        raise failure

    def close(self) -> None:
        """Close the transport below."""
        self._inner.close()


class _Call:
    """One call and its attempts so far."""

    def __init__(
        self, request: Request, deadline: Deadline, clock: Clock, chance: random.Random, backoff: Backoff
    ) -> None:
        self._request = request
        self._deadline = deadline
        self._clock = clock
        self._chance = chance
        self._backoff = backoff
        self._began = clock.monotonic()
        self._attempts = 0
        self._stopped = ""

    def next(self) -> int:
        self._attempts += 1
        return self._attempts

    def delay(self, state: RetryCallState) -> float:
        """Return the backoff, or what `Retry-After` asks for where that is longer (F27)."""
        return max(self._backoff.delay(state.attempt_number, self._chance), self._asked_for(_failure(state)))

    def must_stop(self, state: RetryCallState) -> bool:
        """Tell whether another attempt makes no sense, and remember why."""
        error, left = _failure(state), self._deadline.left_to_wait()
        if isinstance(error, Unreachable) and state.attempt_number >= self._backoff.unreachable_attempts:
            self._stopped = "gave up"
        elif self._asked_for(error) >= left:
            asked = f"{self._asked_for(error):.0f} s before the next attempt, and {max(left, 0.0):.0f} s are left"
            self._stopped = f"the server asks for {asked} of the call's {self._deadline.seconds:g} s: gave up"
        elif state.upcoming_sleep >= left or self._deadline.left_on_the_wire() <= 0:
            self._stopped = f"the call's deadline of {self._deadline.seconds:g} s leaves no room for another: gave up"
        return self._stopped != ""

    def tell(self, state: RetryCallState) -> None:
        """Log the failure and the wait."""
        error = _failure(state)
        what = error.message if isinstance(error, ClariError) else error
        _LOG.info("%s; attempt %d in %.1f s", what, state.attempt_number + 1, state.upcoming_sleep)

    def told(self, error: ClariError) -> ClariError:
        """Return the failure of the whole call: how often it was tried, and whether it may have been accepted."""
        passed = self._clock.monotonic() - self._began
        tried = f"{self._attempts} attempts in {passed:.0f} s" if self._attempts > 1 else "1 attempt"
        note = f" ({self._stopped} after {tried})" if self._stopped else ""
        if not self._request.repeatable and isinstance(error, _PERHAPS_ACCEPTED):
            return AnswerLost(
                f"{error.message}{note}; the job may have been queued all the same",
                way_out="do not send it again before the list of jobs shows that it was not",
            )
        error.message += note
        error.args = (error.message, error.way_out)
        return error

    def _asked_for(self, error: BaseException | None) -> float:
        asked = error.retry_after if isinstance(error, Refused) else None
        return retry_after_seconds(asked, self._clock.now()) or 0.0


def may_send_again(error: BaseException, request: Request) -> bool:
    """Tell whether this failure of this request may pass, and sending it again cannot do harm (F12)."""
    return isinstance(error, _IN_PASSING if request.repeatable else _NEVER_ACCEPTED)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` asks for, in either of its forms; None when it says nothing (F27)."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # Longer numbers than this are not meant; a float of a hundred digits would be infinite.
        return float(text[:12])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
