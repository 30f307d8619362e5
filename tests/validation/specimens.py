"""The examples that stand beside each contract."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parents[2] / "contracts"
# report.json is what this project writes itself: its contract is proved where it is written.
READ = sorted(
    file.name.removesuffix(".schema.json") for file in DIRECTORY.glob("*.schema.json") if "report" not in file.name
)


def files(name: str, kind: str) -> list[Path]:
    return sorted((DIRECTORY / "examples" / name / kind).glob("*.json"))


@functools.cache
def valid(name: str) -> dict[str, Any]:
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files(name, "valid")}


@functools.cache
def invalid(name: str) -> dict[str, tuple[str, Any]]:
    found = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files(name, "invalid")}
    return {stem: (specimen["refused_at"], specimen["document"]) for stem, specimen in found.items()}


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DIRECTORY / f"{name}.schema.json").read_text(encoding="utf-8"))
    return loaded
