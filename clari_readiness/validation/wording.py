"""Violations in our own words: what was expected, and what came, shortened."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import jsonschema_rs

from clari_readiness.validation.quoting import quoted, shortened

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_FORMATS = {
    "date": "a date like 2026-07-08",
    "date-time": "a time like 2026-07-08T16:22:18Z",
    "uri": "an absolute URL",
}
_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}
_SIZES = {
    "minLength": ("at least", "characters"),
    "maxLength": ("at most", "characters"),
    "minItems": ("at least", "items"),
    "maxItems": ("at most", "items"),
}
_NON_EMPTY = {"minLength": "a non-empty string", "minItems": "a non-empty list"}


class Wording:
    """How to say what was expected. A pattern is told by the first of the `examples` that stand beside it."""

    def __init__(self, schemas: Iterable[Any]) -> None:
        self._likeness = {pattern: example for schema in schemas for pattern, example in _likenesses(schema)}

    def problem(self, error: jsonschema_rs.ValidationError, document: Any) -> str:
        """Return what is wrong, in one line: `expected a number, got "n/a"`."""
        rule = error.kind.name
        if rule == "required":
            return "required, but missing"
        return f"{self._expected(rule, error.kind)}, got {shown(_value_at(document, error.instance_path))}"

    def _expected(self, rule: str, kind: jsonschema_rs.ValidationErrorKind) -> str:
        limit = kind.value
        if rule == "type":
            return "expected " + " or ".join(_TYPES[name] for name in sorted(limit, key=lambda name: name == "null"))
        if rule == "enum":
            return "expected one of " + ", ".join(shown(option) for option in limit)
        if rule == "pattern":
            return f"expected text like {shown(self._likeness.get(limit, limit))}"
        if rule == "format":
            return f"expected {_FORMATS.get(limit, limit)}"
        return _expected_size(rule, limit)


def _expected_size(rule: str, limit: Any) -> str:
    if rule in _NON_EMPTY and limit == 1:
        return f"expected {_NON_EMPTY[rule]}"
    if rule in _BOUNDS:
        return f"expected {_BOUNDS[rule]} {limit}"
    if rule in _SIZES:
        words, unit = _SIZES[rule]
        return f"expected {words} {limit} {unit}"
    if rule == "not" and limit == {"const": None}:
        return "expected a value"
    return f"expected what the contract's `{rule}` asks for"


def shown(value: Any) -> str:
    """Return a value for a message: JSON of at most 60 characters; of lists and objects only their size."""
    if isinstance(value, Mapping):
        return f"an object with {_count(len(value), 'key')}"
    if isinstance(value, list | tuple):
        return f"a list of {_count(len(value), 'item')}"
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _number(value)


def _number(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    return shortened(str(value) if isinstance(value, int | float | Decimal) else type(value).__name__)


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}" + ("" if number == 1 else "s")


def _value_at(document: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        document = document[step]
    return document


def _likenesses(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        if "pattern" in schema and schema.get("examples"):
            yield schema["pattern"], schema["examples"][0]
        for inner in schema.values():
            yield from _likenesses(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _likenesses(inner)
