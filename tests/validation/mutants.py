"""A schema with one rule changed: what must be noticed by some example."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

RULES = (
    "$ref", "additionalProperties", "const", "dependentRequired", "enum", "exclusiveMaximum", "exclusiveMinimum",
    "format", "items", "maximum", "maxItems", "maxLength", "minimum", "minItems", "minLength", "multipleOf", "not",
    "pattern", "propertyNames", "type", "uniqueItems",
)  # fmt: skip
CHOICES = ("type", "enum", "anyOf", "oneOf")
NESTED = ("properties", "$defs", "patternProperties", "dependentSchemas")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE = ("items", "additionalProperties", "then", "else", "if", "contains", "propertyNames")
PROSE = ("$schema", "$id", "$comment", "title", "description", "examples", "default", "x-recorded")


@dataclass(frozen=True)
class Mutant:
    """`wider` accepts more than the original, `narrower` less; of a changed `condition` nobody knows beforehand."""

    where: str
    schema: dict[str, Any]
    kind: Literal["wider", "narrower", "condition"]


def mutants(schema: dict[str, Any]) -> Iterator[Mutant]:
    for path, inside_if in _subschemas(schema, (), inside_if=False):
        for label, kind, change in _changes(_at(schema, path)):
            changed = copy.deepcopy(schema)
            change(_at(changed, path))
            yield Mutant("/".join(map(str, (*path, label))), changed, "condition" if inside_if else kind)


def unknown_keywords(schema: dict[str, Any]) -> set[str]:
    known = {*RULES, *CHOICES, *NESTED, *LISTS, *SINGLE, *PROSE, "required"}
    return {word for path, _ in _subschemas(schema, (), inside_if=False) for word in _at(schema, path)} - known


def _changes(subschema: dict[str, Any]) -> Iterator[tuple[str, Literal["wider", "narrower"], Any]]:
    for rule in RULES:
        if rule in subschema:
            yield f"without {rule}", "wider", lambda part, rule=rule: part.pop(rule)
    for key in subschema.get("required", ()):
        yield f"without required {key}", "wider", lambda part, key=key: part["required"].remove(key)
    if "if" in subschema:
        yield "without if", "wider", lambda part: [part.pop(word, None) for word in ("if", "then", "else")]
    for word in CHOICES:
        choices = subschema.get(word)
        for position in range(len(choices) if isinstance(choices, list) else 0):
            label = f"{word} without {choices[position]}"
            yield label, "narrower", lambda part, word=word, position=position: part[word].pop(position)


def _subschemas(
    schema: Any, path: tuple[str | int, ...], *, inside_if: bool
) -> Iterator[tuple[tuple[str | int, ...], bool]]:
    part = _at(schema, path)
    if not isinstance(part, dict):
        return
    yield path, inside_if
    for word, value in part.items():
        if word in SINGLE:
            yield from _subschemas(schema, (*path, word), inside_if=inside_if or word == "if")
        elif word in (*NESTED, *LISTS):
            for key in value if isinstance(value, dict) else range(len(value)):
                yield from _subschemas(schema, (*path, word, key), inside_if=inside_if)


def _at(schema: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        schema = schema[step]
    return schema
