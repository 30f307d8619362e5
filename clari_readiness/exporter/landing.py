"""Where the raw files of exports lie: those that were loaded, and those that were refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

from clari_readiness.errors import ReadinessError
from clari_readiness.model.calendar import Window
from clari_readiness.model.exports import ExportRequest

QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Landing:
    """The directory of raw files: `<forecast>/<period>/<job>.json`, and below `quarantine/` those in doubt."""

    directory: Path

    @classmethod
    def below(cls, directory: Path) -> Self:
        """Return the landing of an environment whose own directory this is."""
        return cls(directory / "landing")

    def place(self, request: ExportRequest, job_id: str) -> Path:
        """Return where a job's results are kept; the directory is made."""
        return self._in(self.directory, request, job_id)

    def refuse(self, landed: Path, request: ExportRequest, job_id: str, violations: Sequence[str]) -> Path:
        """Move a refused document into quarantine, with the list of what is wrong beside it, and return its place."""
        return self._quarantined(landed, request, job_id, violations, move=True)

    def doubt(self, landed: Path, request: ExportRequest, job_id: str, violations: Sequence[str]) -> Path:
        """Copy a document that was loaded, but is not beyond doubt, into quarantine; otherwise as `refuse`."""
        return self._quarantined(landed, request, job_id, violations, move=False)

    def files(self) -> tuple[Path, ...]:
        """Return every file that exports have left, of whatever period."""
        return tuple(sorted(file for period in self._periods() for file in _files(period)))

    def before(self, window: Window) -> tuple[Path, ...]:
        """Return every file of a quarter before the window, those in quarantine included.

        Only what lies where an export leaves it counts, and links are not followed. A directory that is not there has
        no files.
        """
        return tuple(sorted(file for period in self._past(window) for file in _files(period)))

    def retire(self, window: Window) -> None:
        """Delete those files, and the directories that are empty then.

        One that cannot be deleted is a ReadinessError that names it; the next time goes on.
        """
        for period in self._past(window):
            for file in _files(period):
                try:
                    file.unlink(missing_ok=True)
                except OSError as error:
                    raise ReadinessError(
                        f"{file}: cannot be deleted ({error.strerror})", way_out="delete it by hand"
                    ) from error
            self._prune(period)

    def _past(self, window: Window) -> list[Path]:
        return [period for period in self._periods() if window.is_past(period.name)]

    def _periods(self) -> Iterator[Path]:
        """Yield the directories that hold an export's files. Among them are those of quarantine that hold none."""
        for forecast in _directories(self.directory):
            yield from _directories(forecast)
            if forecast.name == QUARANTINE:
                for refused in _directories(forecast):
                    yield from _directories(refused)

    def _prune(self, directory: Path) -> None:
        while self.directory in directory.parents:
            try:
                directory.rmdir()
            except OSError:  # something is left in it, so it stays
                return
            directory = directory.parent

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


def _directories(directory: Path) -> list[Path]:
    there = directory.iterdir() if directory.is_dir() else ()
    return [found for found in there if found.is_dir() and not found.is_symlink()]


def _files(directory: Path) -> list[Path]:
    return [found for found in directory.iterdir() if found.is_symlink() or not found.is_dir()]


def _safe(name: str) -> str:
    """Return a name that is one name in any file system, whatever stands in it."""
    return quote(name, safe=" ").replace(".", "%2E")
