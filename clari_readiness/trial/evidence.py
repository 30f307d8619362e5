"""The evidence of a failure: the journal as HAR, what the exporter said, which rows are wrong, how to do it again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from clari_readiness import __version__
from clari_readiness.redact import Redactor
from clari_readiness.trial.course import Course, Run
from clari_readiness.trial.place import Place
from clari_readiness.trial.verdict import Broken

_MOST = 1000
_LONGEST = 1_000_000


class Evidence:
    """A directory for one failure; what an earlier trial left there goes."""

    def __init__(self, directory: Path, place: Place, again: str) -> None:
        self._directory = directory
        self._place = place
        self._again = again
        self._redactor = Redactor(place.secrets)

    def keep(self, course: Course, broken: Sequence[Broken]) -> Path:
        """Write everything, and return the directory."""
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(mode=0o700, parents=True)
        self._write("journal.har", _json(har(course, self._place.simulator.base_url())))
        self._write("broken.json", _json([_told(each) for each in broken]))
        self._write("runs.json", _json([_run(run) for run in course.runs]))
        self._write("output.txt", self._output())
        self._write("again.txt", f"{self._again}\n")
        return self._directory

    def _output(self) -> str:
        try:
            with self._place.output.open("rb") as said:
                return said.read(_LONGEST).decode(errors="replace")
        except OSError:
            return ""

    def _write(self, name: str, text: str) -> None:
        path = self._directory / name
        path.touch(mode=0o600)
        path.write_text(self._redactor.text(text), encoding="utf-8")


def har(course: Course, base_url: str) -> dict[str, Any]:
    """Return the journal as HAR 1.2, without the bodies of answers; times and milliseconds are the simulator's."""
    origin = base_url.rpartition("/")[0]
    entries = [_exchange(request.line, run, origin) for run in course.runs for request in run.requests]
    creator = {"name": "clari-readiness", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _exchange(line: Any, run: Run, origin: str) -> dict[str, Any]:
    took = round((line.ended - line.arrived) * 1000)
    body = {"postData": {"mimeType": line.headers.get("content-type", ""), "text": line.body}} if line.body else {}
    return {
        "startedDateTime": line.at,
        "time": took,
        "request": {
            "method": line.method,
            "url": f"{origin}{line.path}" + (f"?{line.query}" if line.query else ""),
            "httpVersion": "HTTP/1.1",
            "headers": _headers(line.headers),
            "queryString": [],
            "cookies": [],
            "headersSize": -1,
            "bodySize": len(line.body),
            **body,
        },
        "response": {
            "status": line.status or 0,
            "statusText": line.fault or "",
            "httpVersion": "HTTP/1.1",
            "headers": _headers(line.answered),
            "cookies": [],
            "content": {"size": -1, "mimeType": line.answered.get("content-type", "")},
            "redirectURL": line.answered.get("location", ""),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": f"run {run.number}, request {line.number}" + (f": {line.fault}" if line.fault else ""),
    }


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _told(broken: Broken) -> Mapping[str, Any]:
    return {**asdict(broken), "details": broken.details[:_MOST], "of": len(broken.details)}


def _run(run: Run) -> Mapping[str, Any]:
    return {
        "run": run.number,
        "must end": run.must,
        "asked for": run.assignment.time_periods,
        "ends": [asdict(end) for end in run.ends],
        "requests": len(run.requests),
        "rows before": {name: len(rows) for name, rows in run.before.tables.items()},
        "rows after": {name: len(rows) for name, rows in run.after.tables.items()},
    }


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
