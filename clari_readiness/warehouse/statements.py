"""The SQL statements that travel with the package, each a file whose first line says what it returns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

_MARKER = re.compile(r"\{\{(\w+)\}\}")
_COMMENT = re.compile(r"--.*$", re.MULTILINE)
_PARAMETER = re.compile(r"\$(\w+)")


@cache
def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`; an unknown name raises FileNotFoundError."""
    return files("clari_readiness.warehouse").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def render(name: str, parts: Mapping[str, str]) -> str:
    """Return a statement with each `{{marker}}` replaced by its part, which is SQL already and not a value."""
    return _MARKER.sub(lambda marker: parts[marker[1]], statement(name))


def named_in(sql: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the parameters that a statement names: DuckDB refuses others."""
    wanted = set(_PARAMETER.findall(_COMMENT.sub("", sql)))
    return {name: value for name, value in params.items() if name in wanted}


def quoted(identifier: str) -> str:
    """Return an identifier in double quotes, safe whatever stands in it."""
    return '"' + identifier.replace('"', '""') + '"'
