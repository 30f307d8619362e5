"""Answers, read: each document becomes a value of the model, or an error that names the path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from clari_readiness.errors import Unreadable
from clari_readiness.model.exports import Job, JobStatus, Limits
from clari_readiness.model.time import from_epoch_ms


@dataclass(frozen=True)
class AuditPage:
    """One page of audit events, in the order in which they came; `next_link` is None on the last (F29)."""

    items: tuple[Mapping[str, Any], ...]
    actors: tuple[Mapping[str, Any], ...]
    next_link: str | None = None


def job_id(document: Any, what: str = "the answer") -> str:
    """Return the id of a job that was queued (F5)."""
    return _text(_object(document, "$", what), "jobId", "$", what)


def job(document: Any, what: str = "the job") -> Job:
    """Return a job, bare or wrapped in `{"job": ...}` (F6); a missing id or an unknown status is `Unreadable`."""
    outer = _object(document, "$", what)
    if "job" in outer and "jobId" not in outer:
        return _job(outer["job"], "$.job", what)
    return _job(outer, "$", what)


def jobs(document: Any, what: str = "the list of jobs") -> list[Job]:
    """Return a list of jobs, bare or wrapped in `{"jobs": ...}` (F7)."""
    items, path = _list(document, "jobs", what)
    return [_job(item, f"{path}[{index}]", what) for index, item in enumerate(items)]


def cancelled(document: Any, what: str = "the answer") -> bool:
    """Return whether a cancellation was successful (F8)."""
    return _flag(_object(document, "$", what), "successful", "$", what)


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """Return an answer's `Date`, in UTC; None when it has none that can be read."""
    text = next((value for name, value in headers.items() if name.lower() == "date"), "")
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def limits(document: Any, what: str = "the limits") -> Limits:
    """Return quota and concurrency; lists of ids may be absent, numbers may not (F22)."""
    outer = _object(document, "$", what)
    numbers = _object(outer.get("jobs"), "$.jobs", what)
    return Limits(
        concurrent_limit=_number(numbers, "concurrentLimit", "$.jobs", what),
        monthly_quota=_number(numbers, "monthlyQuota", "$.jobs", what),
        available_concurrent=_number(numbers, "availableConcurrentLimit", "$.jobs", what),
        available_monthly=_number(numbers, "availableMonthlyQuota", "$.jobs", what),
        running_job_ids=_texts(numbers, "runningJobIds", "$.jobs", what),
        submitted_job_ids=_texts(numbers, "submittedJobIds", "$.jobs", what),
    )


def forecast_types(document: Any, what: str = "the list of types") -> list[Any]:
    """Return what profile v1 lists as types, as it came (F2)."""
    if not isinstance(document, list):
        raise _wrong("$", "a list", document, what)
    return document


def forecast(document: Any, what: str = "the forecast") -> dict[str, Any]:
    """Return a forecast document as it came; only `entries` is looked for, the contract knows the rest (F13, F21)."""
    found = _object(document, "$", what)
    if not isinstance(found.get("entries"), list):
        raise _wrong("$.entries", "a list", found.get("entries"), what)
    return found


def audit_page(document: Any, what: str = "the audit events") -> AuditPage:
    """Return one page (F29). No `actors` is read as none, no `items` is `Unreadable`."""
    page = _object(document, "$", what)
    link = page.get("nextLink")
    if link is not None and not isinstance(link, str):
        raise _wrong("$.nextLink", "a URL", link, what)
    items, actors = page.get("items"), page.get("actors")
    return AuditPage(
        items=_objects(items, "$.items", what),
        actors=_objects([] if actors is None else actors, "$.actors", what),
        next_link=link or None,
    )


def opportunities(document: Any, what: str = "the opportunities") -> tuple[Mapping[str, Any], ...]:
    """Return opportunities, bare or wrapped in `{"opportunities": ...}` (F30)."""
    items, path = _list(document, "opportunities", what)
    return _objects(items, path, what)


def _job(document: Any, path: str, what: str) -> Job:
    raw = _object(document, path, what)
    return Job(
        job_id=_text(raw, "jobId", path, what),
        status=_status(raw, path, what),
        user_id=_user_id(raw, path, what),
        title=_optional_text(raw, "title", path, what) or "",
        file_name=_optional_text(raw, "fileName", path, what) or "",
        file_type=_optional_text(raw, "fileType", path, what) or "",
        start_time=_time(raw, "startTime", path, what),
        end_time=_time(raw, "endTime", path, what),
        expired_time=_time(raw, "expiredTime", path, what),
        rows_truncated=_flag(raw, "rowsTruncated", path, what),
        cells_truncated=_flag(raw, "cellsTruncated", path, what),
        currency=_optional_text(raw, "currency", path, what),
        raw=raw,
    )


def _status(raw: Mapping[str, Any], path: str, what: str) -> JobStatus:
    try:
        return JobStatus(str(raw.get("status")))
    except ValueError:
        problem = _wrong(f"{path}.status", f"one of {', '.join(JobStatus)}", raw.get("status"), what)
    raise problem


def _user_id(raw: Mapping[str, Any], path: str, what: str) -> int | None:
    value = raw.get("userId")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise _wrong(f"{path}.userId", "a number", value, what)


def _time(raw: Mapping[str, Any], key: str, path: str, what: str) -> datetime | None:
    value = raw.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return from_epoch_ms(value)
        except (ValueError, OverflowError, OSError):
            pass
    raise _wrong(f"{path}.{key}", "epoch milliseconds", value, what)


def _flag(raw: Mapping[str, Any], key: str, path: str, what: str) -> bool:
    """Return a flag. Anything but a boolean is refused: a truncation read as none would be loaded as complete (F10)."""
    value = raw.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _wrong(f"{path}.{key}", "true or false", value, what)
    return value


def _text(raw: Mapping[str, Any], key: str, path: str, what: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise _wrong(f"{path}.{key}", "a text", value, what)
    return value


def _optional_text(raw: Mapping[str, Any], key: str, path: str, what: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise _wrong(f"{path}.{key}", "a text", value, what)
    return value


def _number(raw: Mapping[str, Any], key: str, path: str, what: str) -> int:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(f"{path}.{key}", "a whole number", value, what)
    return value


def _texts(raw: Mapping[str, Any], key: str, path: str, what: str) -> tuple[str, ...]:
    value = raw.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(f"{path}.{key}", "a list of texts", value, what)
    return tuple(value)


def _list(document: Any, wrapper: str, what: str) -> tuple[list[Any], str]:
    if isinstance(document, list):
        return document, "$"
    inner = _object(document, "$", what).get(wrapper)
    if not isinstance(inner, list):
        raise _wrong(f"$.{wrapper}", "a list", inner, what)
    return inner, f"$.{wrapper}"


def _objects(items: Any, path: str, what: str) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(items, list):
        raise _wrong(path, "a list", items, what)
    return tuple(_object(item, f"{path}[{index}]", what) for index, item in enumerate(items))


def _object(document: Any, path: str, what: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise _wrong(path, "an object", document, what)
    return document


def _wrong(path: str, expected: str, value: Any, what: str) -> Unreadable:
    """Return the error. Values are shown shortened, and objects and lists only by their kind: they can be large."""
    if value is None:
        got = "nothing"
    elif isinstance(value, dict | list):
        got = "an object" if isinstance(value, dict) else "a list"
    else:
        got = repr(value)[:60]
    return Unreadable(
        f"{what}: {path}: expected {expected}, got {got}",
        way_out="compare the answer with what Clari documents; the API may have changed",
    )
