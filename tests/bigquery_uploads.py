"""Files that are uploaded to the stand-in for BigQuery, whole or in pieces, and the load jobs that they are for."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb


@dataclass
class Uploads:
    """Load jobs: `jobs` by their ids, as they are in the end.

    Of the next one nothing arrives (`swallow`), its answer is lost (`lose`), or it fails with a message (`broken`).
    """

    database: duckdb.DuckDBPyConnection
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    pieces: dict[str, tuple[dict[str, Any], bytearray]] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    swallow: bool = False
    lose: bool = False
    broken: str = ""

    def whole(self, content_type: str, body: bytes) -> dict[str, Any] | None:
        """Take a body of two parts: what job it is, and the file; None when there is a job of that name already."""
        boundary = content_type.partition("boundary=")[2].strip("\"'").encode()
        _, said, content, _ = body.split(b"--" + boundary, 3)
        job = json.loads(_after_headers(said))
        if job["jobReference"]["jobId"] in self.jobs:
            return None
        return self._load(job, _after_headers(content).removesuffix(b"\r\n"))

    def begin(self, said: dict[str, Any]) -> str:
        name = uuid4().hex
        self.pieces[name] = said, bytearray()
        return name

    def add(self, name: str, content: bytes, content_range: str) -> int | None:
        """Keep a piece, and return how much there is; None when it was the last."""
        _, kept = self.pieces[name]
        kept += content
        self.sizes.append(len(content))
        total = re.fullmatch(r"bytes \d+-\d+/(\d+|\*)", content_range)
        assert total, content_range
        return None if total[1] == str(len(kept)) else len(kept)

    def end(self, name: str) -> dict[str, Any]:
        said, content = self.pieces.pop(name)
        return self._load(said, bytes(content))

    def _load(self, said: dict[str, Any], content: bytes) -> dict[str, Any]:
        """Begin a job, which is done when it is asked for again."""
        name, load = said["jobReference"]["jobId"], said["configuration"]["load"]
        assert (load["sourceFormat"], load["writeDisposition"]) == ("NEWLINE_DELIMITED_JSON", "WRITE_EMPTY")
        (swallowed, self.swallow), (broken, self.broken) = (self.swallow, False), (self.broken, "")
        rows = 0 if swallowed or broken else self._loaded(load["destinationTable"], content)
        failed = {"reason": "invalid", "message": broken}
        done = {"state": "DONE", **({"errorResult": failed, "errors": [failed]} if broken else {})}
        self.jobs[name] = {**said, "status": done, "statistics": {"load": {"outputRows": str(rows)}}}
        return {**said, "status": {"state": "RUNNING"}}

    def _loaded(self, to: dict[str, str], content: bytes) -> int:
        relation = f"{to['projectId']}.{to['datasetId']}.{to['tableId']}"
        with self.database.cursor() as cursor, tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "rows.json"
            file.write_bytes(content)
            described = cursor.execute(f"DESCRIBE {relation}").fetchall()
            read = "{" + ", ".join(f"{name}: '{kind}'" for name, kind, *_ in described) + "}"
            source = f"read_json('{file}', format = 'newline_delimited', columns = {read})"
            return int(cursor.execute(f"INSERT INTO {relation} SELECT * FROM {source}").fetchall()[0][0])  # noqa: S608


def _after_headers(part: bytes) -> bytes:
    return part.partition(b"\r\n\r\n")[2]
