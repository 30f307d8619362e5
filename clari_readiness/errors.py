"""Every error of ours, in one tree.

ReadinessError                one line that names the place, and a way out
├── SettingsError             the settings file is wrong; nothing runs (exit code 4)
├── SecretError               a key reference does not resolve
├── ClariError                Clari, or the way to it
│   ├── Unreachable           no answer: DNS, TLS, refused, reset, timed out; nothing was accepted
│   ├── AnswerLost            a request was sent and its answer never came: it may have been accepted (F12)
│   ├── DeadlineExceeded      the call's total deadline passed
│   ├── CircuitOpen           the breaker is open: nothing was sent
│   ├── ForeignOrigin         a redirect or `nextLink` leads away from the configured origin: not followed
│   ├── Unreadable            an answer of 2xx that is not what its content type says, or is cut short
│   └── Refused               any status but 2xx, with its code, message and errorId (F26)
│       ├── Unauthorized      401: the token is bad
│       ├── NoOptIn           401 `no_optin`: the token's user may not see the forecast (F25)
│       ├── LimitReached      400 `export_monthly_quota_reached`: quota or concurrency, F23 does not say which
│       ├── TooManyRequests   429, with or without `Retry-After` (F27)
│       └── ServerFault       5xx
├── ExportError               an export did not become rows in the warehouse
│   ├── JobFailed             FAILED, CANCELLED or ABORTED
│   ├── JobTimedOut           not finished within `job_timeout`
│   ├── AmbiguousJob          an answer was lost, and more than one job could be ours (F12)
│   ├── DocumentRefused       the document is not what was asked for, or breaks its contract; nothing was loaded
│   └── ExporterBusy          another exporter holds this warehouse
├── WarehouseError            the warehouse cannot be opened, or lacks a table or column
├── ContractError             a contract of ours is missing or malformed
└── NotVerified               a check could not look: never a pass, never a failure
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReadinessError(Exception):
    """Something that a user can mend.

    `message` is one line that names the place; `way_out` says what to do, and may be empty.
    """

    def __init__(self, message: str, *, way_out: str = "") -> None:
        super().__init__(message, way_out)
        self.message = message
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.message}; {self.way_out}" if self.way_out else self.message


class SettingsError(ReadinessError):
    """The settings file is wrong: file, key, nearest valid name."""


class SecretError(ReadinessError):
    """A key reference does not resolve to a non-empty value."""


class ClariError(ReadinessError):
    """Clari, or the way to it, did not do what was asked."""


class Unreachable(ClariError):
    """No connection, or none that carried the request: DNS, TLS, refused or timed out before it was sent."""


class AnswerLost(ClariError):
    """The request was sent and its answer never came, so it may have been accepted (F12)."""


class DeadlineExceeded(ClariError):
    """The total deadline of a call passed, retries and waiting included."""


class CircuitOpen(ClariError):
    """The circuit breaker is open; nothing was sent."""


class ForeignOrigin(ClariError):
    """A redirect or a `nextLink` leads to another scheme, host or port; it was not followed (F29)."""


class Unreadable(ClariError):
    """A successful status whose body is cut short, or not what its content type says."""


class Refused(ClariError):
    """Any status but 2xx.

    `code`, `message` and `error_id` come from whichever of F26's bodies was sent, and are empty where it has none.
    """

    def __init__(
        self,
        what: str,
        *,
        status: int,
        code: str = "",
        detail: str = "",
        error_id: str = "",
        retry_after: str | None = None,
        way_out: str = "",
    ) -> None:
        said = ", ".join(part for part in (code, detail and f'"{detail}"', error_id and f"errorId {error_id}") if part)
        super().__init__(f"{what}: HTTP {status}" + (f" ({said})" if said else ""), way_out=way_out)
        self.status = status
        self.code = code
        self.detail = detail
        self.error_id = error_id
        self.retry_after = retry_after


class Unauthorized(Refused):
    """401: the token is missing, wrong, or died with its user (F3, F25)."""


class NoOptIn(Refused):
    """401 `no_optin`: the token is good, its user may not see this forecast (F25)."""


class LimitReached(Refused):
    """400 `export_monthly_quota_reached`: out of quota, or too many jobs at once; only the limits tell (F23)."""


class TooManyRequests(Refused):
    """429; `retry_after` is the header's text, or None when it was absent (F27)."""


class ServerFault(Refused):
    """5xx."""


class ExportError(ReadinessError):
    """An export did not become rows in the warehouse."""


class JobFailed(ExportError):
    """The job ended as FAILED, CANCELLED or ABORTED (F6)."""


class JobTimedOut(ExportError):
    """The job had not finished within `job_timeout`."""


class AmbiguousJob(ExportError):
    """The answer to a POST was lost, and more than one job could be the one it started (F12)."""


class DocumentRefused(ExportError):
    """The document is not what was asked for, or breaks its contract; nothing of it was loaded.

    `violations` holds one line each, path first: `$.entries[17].forecastValue: expected a number, got "n/a"`.
    """

    def __init__(self, message: str, *, violations: Sequence[str] = (), way_out: str = "") -> None:
        super().__init__(message, way_out=way_out)
        self.violations = tuple(violations)


class ExporterBusy(ExportError):
    """Another exporter holds this warehouse."""


class WarehouseError(ReadinessError):
    """The warehouse cannot be opened or read, or lacks a table or column."""


class ContractError(ReadinessError):
    """A contract of ours is missing or is not valid JSON Schema."""


class NotVerified(ReadinessError):
    """A check could not look. `message` is the cause, `way_out` what it would take."""
