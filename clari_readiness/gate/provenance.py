"""What a run rests on: fingerprints of what may not change, limits, recordings, and the SHA-256 of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clari_readiness.environments import Environment, Environments
from clari_readiness.errors import ReadinessError
from clari_readiness.gate.collect import Piece
from clari_readiness.gate.readiness import Readiness
from clari_readiness.model.findings import EvidenceFile, Provenance, Recording
from clari_readiness.shipped import shipped


def provenance(readiness: Readiness, *, exporter_version: str) -> Provenance:
    """Return what this run rests on. What cannot be read is left out: it must not keep a report from being written.

    `exporter_version` is empty where nobody knows it.
    """
    pieces = tuple(readiness.collector.pieces())
    return Provenance(
        fingerprints=fingerprints(readiness.environments, readiness.environment, exporter_version=exporter_version),
        limits=_limits(pieces),
        recordings=tuple(_recordings(readiness)),
        files=(*_answers(pieces), *(file for path, name in _paths(readiness) for file in _file(path, name))),
    )


def fingerprints(environments: Environments, environment: Environment, *, exporter_version: str) -> dict[str, str]:
    """Return the SHA-256 of this environment's settings and of what people state in them, the exporter, the contracts.

    A change in another environment changes none of them. The exporter's is empty where nobody knows its version.
    """
    stated = (*environments.declarations, *environments.not_applicable, *environments.waivers)
    entries = [repr(entry) for entry in stated if entry.env in (environment.name, "")]
    settings = {"settings": environment.model_dump(mode="json"), "stated": entries}
    exporter = environment.exporter.model_dump(mode="json") if environment.exporter else None
    contracts = sorted(shipped("contracts").glob("*.schema.json"))
    return {
        "settings": _digest(settings),
        "exporter": _digest([exporter, exporter_version]) if exporter_version else "",
        "contracts": _digest([[path.name, path.read_text(encoding="utf-8")] for path in contracts]),
    }


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _limits(pieces: tuple[Piece, ...]) -> Mapping[str, int]:
    found = [piece.document for piece in pieces if piece.name == "limits" and isinstance(piece.document, dict)]
    return {name: value for document in found for name, value in _numbers(document)}


def _numbers(document: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", number) for inner, number in _numbers(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            yield name, value


def _recordings(readiness: Readiness) -> Iterator[Recording]:
    for name in _replayed(readiness):
        try:
            made = readiness.recordings.made(name)
        except ReadinessError:
            continue  # the check that replays it says what is wrong with it
        yield Recording(name, made.origin, made.ended.isoformat(timespec="seconds"))


def _answers(pieces: tuple[Piece, ...]) -> Iterator[EvidenceFile]:
    """Yield what was collected, without how long it took: the same answer has the same SHA-256 in every run."""
    for piece in pieces:
        if piece.error is None:
            text = json.dumps(piece.document, sort_keys=True, ensure_ascii=False).encode("utf-8", "backslashreplace")
            yield EvidenceFile(f"collected: {piece.name}", len(text), hashlib.sha256(text).hexdigest())


def _paths(readiness: Readiness) -> Iterator[tuple[Path, str]]:
    """Yield the files that were looked into, each with the name under which the report shows it."""
    environment = readiness.environment
    yield readiness.environments.path, readiness.environments.path.name
    directory = readiness.cassettes
    kept_in = directory.name if directory == shipped("cassettes") else f"{directory.parent.name}/{directory.name}"
    for name in _replayed(readiness):
        yield directory / f"{name}.json", f"{kept_in}/{name}.json"
    rotation, dashboard = environment.key_rotation, environment.dashboard
    named = [*environment.alerts.rules, rotation and rotation.runbook, dashboard and dashboard.file]
    yield from ((environment.file_of(written), written) for written in named if written)
    trial = environment.directory / "trial"
    yield from ((path, f"trial/{path.name}") for path in sorted(trial.glob("*.json")))


def _replayed(readiness: Readiness) -> tuple[str, ...]:
    """Return the cassettes that stand for Clari in this run: the shipped ones, or a tenant's."""
    return readiness.recordings.names() if readiness.environment.replays else ()


def _file(path: Path, name: str) -> Iterator[EvidenceFile]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield EvidenceFile(name, path.stat().st_size, digest)
    except OSError:
        return  # that it is not there is its item's to say
