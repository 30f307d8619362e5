"""The journal: every request that reached the simulator, in order, whatever became of it. It never holds a key."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "journal.jsonl"
QUEUED_JOB = "clari_readiness.queued_job"
"""Where in the scope the journal finds which job a request queued."""

_KEPT_HEADERS = ("host", "user-agent", "accept", "content-type")
_KEPT_OF_ANSWERS = ("content-type", "location", "retry-after")


@dataclass(frozen=True)
class Line:
    """One request. `status` is what was sent back, None when no answer left; `fault` says what was done to it.

    `at` is by the simulator's clock, ISO 8601; `arrived` and `ended` are seconds of its monotonic time, so differences
    are seconds as the simulator counts them, however fast it runs: `ended` is when the end of the answer, or of the
    connection, was about to leave. `user` is who made the key, None when it is not accepted; `key` is that user, or
    `sha256:...` of a key that is not accepted, or None when none was sent. Bodies are text. `answered` are headers of
    the answer; `queued` is the job that the request queued, also when its answer was lost.
    """

    number: int
    at: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    key: int | str | None
    user: int | None
    body: str
    status: int | None = None
    fault: str | None = None
    arrived: float = 0.0
    ended: float = 0.0
    answered: Mapping[str, str] = field(default_factory=dict)
    queued: str | None = None

    def document(self) -> Any:
        """Return the JSON that was sent, None when there was none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Journal:
    """The lines of this run, readable while the simulator runs; with a directory they are appended to a file, too."""

    def __init__(self, directory: Path | None = None) -> None:
        self._path = directory / FILE if directory else None
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._complete = threading.Condition(self._lock)
        self._numbers = 0

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return the lines so far, in the order in which the requests were finished."""
        with self._lock:
            return tuple(self._lines)

    def matching(self, method: str | None = None, path: str = "") -> tuple[Line, ...]:
        """Return the lines with this method whose path the regular expression is found in."""
        found = re.compile(path)
        return tuple(line for line in self.lines if method in (None, line.method) and found.search(line.path))

    def next_number(self) -> int:
        """Return the number of the request that arrives now, from 1."""
        with self._lock:
            self._numbers += 1
            return self._numbers

    def settled(self, seconds: float = 5.0) -> bool:
        """Wait until every request that has arrived has its line, at most so many real seconds; return whether it has.

        Who has killed an exporter knows that it is gone before the simulator has noticed.
        """
        with self._complete:
            return self._complete.wait_for(lambda: len(self._lines) >= self._numbers, seconds)

    def append(self, line: Line) -> None:
        """Add a line."""
        with self._lock:
            self._lines.append(line)
            self._complete.notify_all()
            if self._path:
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(descriptor, "a", encoding="utf-8") as out:
                    out.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that matter to a reader; none of them is for credentials."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def kept_of_answer(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an answer that say what to do next, and what its body is."""
    return {name: headers[name] for name in _KEPT_OF_ANSWERS if name in headers}
