"""Where the files that travel with the package are: in a clone beside it, in an installed wheel inside it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def shipped(what: Literal["checks", "contracts", "cassettes", "deploy", "docs"]) -> Path:
    """Return the directory of the shipped checks, contracts, cassettes, documentation, or what to deploy."""
    inside = _PACKAGE / "_shipped" / what
    return inside if inside.is_dir() else _PACKAGE.parent / what


def shipped_file(path: str) -> Path:
    """Return where a file of the repository is, such as deploy/grafana/dashboard.json; in a wheel, if it lists it."""
    inside = _PACKAGE / "_shipped"
    return (inside if inside.is_dir() else _PACKAGE.parent) / path
