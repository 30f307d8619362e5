"""Bodies of answers, judged as soon as they are there: JSON or not, an error inside or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

from clari_readiness.client.refusals import is_error_document, read_error_body
from clari_readiness.errors import Unreadable

_MOST_OF_AN_ERROR = 65_536
"""Bytes. An error is never longer, and results seldom shorter."""


def whole(answer: httpx.Response) -> Iterator[bytes]:
    """Yield a body, unpacked; one that is packed and breaks off is an `httpx.DecodingError` when its end is reached.

    httpx yields what it can unpack of such a body, and takes that for all of it.
    """
    yield from answer.iter_bytes()
    # httpx has no other way to ask. A release that renames it fails the tests, as in `HTTP`.
    decompressor = getattr(getattr(answer, "_decoder", None), "decompressor", None)
    if decompressor is not None and not decompressor.eof:
        raise httpx.DecodingError("the packed body breaks off")


def decode(body: bytes, *, what: str, status: int) -> Any:
    """Return the JSON of a successful answer; `Unreadable` when it is none, or one of F26's errors."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document, problem = None, "is not JSON"
    else:
        problem = "holds an error" if is_error_document(document) else ""
    if problem:
        raise _unreadable(problem, body, what=what, status=status)
    return document


def refuse_error(landed: Path, size: int, *, what: str, status: int) -> None:
    """Raise `Unreadable` when a landed file is empty, or holds one of F26's errors instead of results."""
    if size > _MOST_OF_AN_ERROR:
        return
    body = landed.read_bytes()
    try:
        is_error = is_error_document(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        is_error = not body.strip()
    if is_error:
        raise _unreadable("holds an error", body, what=what, status=status)


def beginning(answer: httpx.Response) -> bytes:
    """Return what came of the body of a refusal, at most 64 KiB: its status says enough when the body is cut."""
    body = b""
    try:
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) >= _MOST_OF_AN_ERROR:
                break
    except httpx.HTTPError:
        pass
    return body[:_MOST_OF_AN_ERROR]


def _unreadable(problem: str, body: bytes, *, what: str, status: int) -> Unreadable:
    if not body.strip():
        return Unreadable(f"{what}: the answer (HTTP {status}) is empty", way_out="try again later")
    said = read_error_body(body)
    shown = ", ".join(part for part in (said.code, f'"{said.detail[:100]}"', said.error_id) if part)
    return Unreadable(
        f"{what}: the answer (HTTP {status}) {problem}: {shown}", way_out="compare base_url with what Clari documents"
    )
