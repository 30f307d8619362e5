"""Where the raw files of exports lie: those that were loaded, and those that were refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from clari_readiness.model.exports import ExportRequest

QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Landing:
    """The directory of raw files: `<forecast>/<period>/<job>.json`, and below `quarantine/` those in doubt."""

    directory: Path

    def place(self, request: ExportRequest, job_id: str) -> Path:
        """Return where a job's results are kept; the directory is made."""
        return self._in(self.directory, request, job_id)

    def refuse(self, landed: Path, request: ExportRequest, job_id: str, violations: Sequence[str]) -> Path:
        """Move a refused document into quarantine, with the list of what is wrong beside it, and return its place."""
        return self._quarantined(landed, request, job_id, violations, move=True)

    def doubt(self, landed: Path, request: ExportRequest, job_id: str, violations: Sequence[str]) -> Path:
        """Copy a document that was loaded, but is not beyond doubt, into quarantine; otherwise as `refuse`."""
        return self._quarantined(landed, request, job_id, violations, move=False)

    def _quarantined(
        self, landed: Path, request: ExportRequest, job_id: str, violations: Sequence[str], *, move: bool
    ) -> Path:
        kept = self._in(self.directory / QUARANTINE, request, job_id)
        # The list first: a document in quarantine always has one, whatever happens in between.
        listed = json.dumps(list(violations), indent=1, ensure_ascii=False) + "\n"
        kept.with_suffix(".violations.json").write_text(listed, encoding="utf-8")
        if move:
            landed.replace(kept)
        else:
            shutil.copyfile(landed, kept)
        return kept

    def _in(self, directory: Path, request: ExportRequest, job_id: str) -> Path:
        directory = directory / _safe(request.forecast_id) / _safe(request.time_period)
        directory.mkdir(parents=True, exist_ok=True)
        return directory / f"{_safe(job_id)}.json"


def _safe(name: str) -> str:
    """Return a name that is one name in any file system, whatever stands in it."""
    return quote(name, safe=" ").replace(".", "%2E")
