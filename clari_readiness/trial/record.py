"""The record of a trial, by which the gate knows what was tried, when, and of which exporter.

A full one is `trial.json`, a quick one `quick.json`; one of some scenarios alone leaves none. No record outlives what
breaks afterwards: a scenario that was not kept is written into the others of the same exporter, too.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clari_readiness import __version__
from clari_readiness.errors import NotVerified
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.verdict import Broken, Outcome, Verdict

FILE = "trial.json"
QUICK_FILE = "quick.json"
_FORMAT = 1


@dataclass(frozen=True)
class Record:
    """One trial. `full` when every scenario was tried; `version` is the exporter's, empty when nobody knows it.

    `suite` is the version of the scenarios and the laws.
    """

    when: datetime
    seed: int
    full: bool
    quick: bool
    exporter: str
    version: str
    suite: str
    time_scale: float
    seconds: float
    outcomes: tuple[Outcome, ...]

    def write(self, path: Path) -> None:
        """Write it, for this user's eyes only."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.document(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def is_of_the_same(self, other: Record) -> bool:
        """Tell whether another trial was of this very exporter, by the same scenarios and laws."""
        return (self.exporter, self.version, self.suite) == (other.exporter, other.version, other.suite)

    def amended_by(self, later: Record) -> Record:
        """Return this record with what a later trial found broken, or could not look at."""
        worse = {each.scenario: each for each in later.outcomes if each.verdict in (Verdict.BROKEN, Verdict.NOT_TESTED)}
        return replace(self, outcomes=tuple(worse.get(each.scenario, each) for each in self.outcomes))

    def document(self) -> dict[str, Any]:
        """Return what the file holds."""
        return {
            "format": _FORMAT,
            "when": self.when.astimezone(UTC).isoformat(timespec="seconds"),
            "seed": self.seed,
            "full": self.full,
            "quick": self.quick,
            "exporter": self.exporter,
            "version": self.version,
            "suite": self.suite,
            "time_scale": self.time_scale,
            "seconds": round(self.seconds, 1),
            "outcomes": [_written(outcome) for outcome in self.outcomes],
        }


def read_record(path: Path) -> Record:
    """Return the record in a file; one that is missing or cannot be read is NotVerified."""
    try:
        return record_of(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise NotVerified("no trial was recorded", way_out="run `clari-readiness trial`") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotVerified(f"{path.name} cannot be read", way_out="run `clari-readiness trial` again") from error


def record_of(document: dict[str, Any]) -> Record:
    """Return the record in a document; raises ValueError, KeyError or TypeError when there is none."""
    if document["format"] != _FORMAT:
        raise ValueError(document["format"])
    return Record(
        when=datetime.fromisoformat(document["when"]),
        outcomes=tuple(_read(each) for each in document["outcomes"]),
        **{name: document[name] for name in _PLAIN},
    )


def version_of(accused: Accused, version_command: Sequence[str] | None) -> str:
    """Return which version of the exporter is on trial: what the command prints, or a hash of a callable's module.

    A command that fails is NotVerified. Of another command nobody knows the version.
    """
    if version_command:
        return _printed(version_command, accused.directory)
    if not accused.words:
        return __version__
    if ":" in accused.written and "trial.calling" in " ".join(accused.words):
        return _hash_of(accused.written.partition(":")[0], accused.directory)
    return ""


def _printed(command: Sequence[str], directory: Path) -> str:
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603 - the settings name it
    except (OSError, subprocess.SubprocessError) as error:
        raise NotVerified(
            f"the exporter's version is not known: {command[0]} failed", way_out="mend trial.version_command"
        ) from error
    return done.stdout.strip().partition("\n")[0][:200]


def _hash_of(module: str, directory: Path) -> str:
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        found = None
    path = Path(found.origin) if found and found.origin else directory / f"{module.replace('.', '/')}.py"
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" if path.is_file() else ""


_PLAIN = ("seed", "full", "quick", "exporter", "version", "suite", "time_scale", "seconds")


def _written(outcome: Outcome) -> dict[str, Any]:
    return {
        "scenario": outcome.scenario,
        "items": list(outcome.items),
        "done": outcome.done,
        "verdict": outcome.verdict,
        "broken": [{"law": each.law, "sentence": each.sentence} for each in outcome.broken],
        "reason": outcome.reason,
        "seconds": round(outcome.seconds, 2),
        "requests": outcome.requests,
        "evidence": str(outcome.evidence) if outcome.evidence else None,
    }


def _read(written: dict[str, Any]) -> Outcome:
    return Outcome(
        written["scenario"],
        tuple(written["items"]),
        written["done"],
        Verdict(written["verdict"]),
        tuple(Broken(each["law"], each["sentence"]) for each in written["broken"]),
        written["reason"],
        written["seconds"],
        written["requests"],
        Path(written["evidence"]) if written["evidence"] else None,
    )
