"""The journal: every request that reached the simulator, in order, whatever became of it. It never holds a key."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "journal.jsonl"
_KEPT_HEADERS = ("host", "user-agent", "accept", "content-type")


@dataclass(frozen=True)
class Line:
    """One request. `status` is what was sent back, None when no answer left; `fault` says what was done to it.

    `at` is by the simulator's clock, ISO 8601; `user` is who made the key, None when it is not accepted; `key` is that
    user, or `sha256:...` of a key that is not accepted, or None when none was sent. Bodies are text.
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


class Journal:
    """The lines of this run, readable while the simulator runs; with a directory they are appended to a file, too."""

    def __init__(self, directory: Path | None = None) -> None:
        self._path = directory / FILE if directory else None
        self._lines: list[Line] = []
        self._lock = threading.Lock()
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

    def append(self, line: Line) -> None:
        """Add a line."""
        with self._lock:
            self._lines.append(line)
            if self._path:
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(descriptor, "a", encoding="utf-8") as out:
                    out.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that matter to a reader; none of them is for credentials."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}
