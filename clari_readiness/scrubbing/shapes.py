"""What a contract allows to be kept of its document: the keyword `x-recorded`, which validators pass over.

A value whose place has no such keyword is denied. With it, a text is kept if it is one of `words` or all of it is
`like` a pattern, numbers and booleans if they are `plain`; everything else gets a pseudonym of the kind that is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from clari_readiness.errors import ContractError

KEYWORD = "x-recorded"
Kind = Literal["id", "name", "email", "text", "ip", "url", "amount", "plain"]
_BRANCHES = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True)
class Fate:
    """What becomes of a value: kept when all of it matches `kept`, otherwise a pseudonym of the kind."""

    kind: Kind
    kept: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Shape:
    """What is known of a value: what becomes of it, and of what is inside it. Nothing known: denied."""

    fate: Fate | None = None
    properties: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None


class Shapes:
    """The shapes of documents, read from their contracts; `schema` returns a contract by name."""

    def __init__(self, schema: Callable[[str], Mapping[str, Any]]) -> None:
        self._schema = schema
        self._known: dict[str, Shape] = {}

    def of(self, contract: str) -> Shape:
        """Return the shape of a contract's document. Raises ContractError for a keyword that says nothing known."""
        if contract not in self._known:
            self._known[contract] = self._shape(contract, [self._schema(contract)])
        return self._known[contract]

    def _shape(self, contract: str, schemas: list[Mapping[str, Any]]) -> Shape:
        """Return what several schemas of one value know of it together, conditions and choices included."""
        parts = [part for schema in schemas for part in self._parts(contract, schema)]
        properties: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        items = []
        for where, part in parts:
            for key, inner in part.get("properties", {}).items():
                properties.setdefault(key, []).append((where, inner))
            items += [(where, part["items"])] if "items" in part else []
        said = next((part[KEYWORD] for _, part in parts if KEYWORD in part), None)
        return Shape(
            None if said is None else fate_of(said, contract),
            {key: self._together(inner) for key, inner in properties.items()},
            self._together(items) if items else None,
        )

    def _together(self, schemas: list[tuple[str, Mapping[str, Any]]]) -> Shape:
        return self._shape(schemas[0][0], [schema for _, schema in schemas])

    def _parts(self, contract: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the schema and whatever else it says of the same value, each with the contract it stands in."""
        yield contract, schema
        if "$ref" in schema:
            yield from self._parts(*self._referred(contract, schema["$ref"]))
        for word in ("then", "else"):
            if word in schema:
                yield from self._parts(contract, schema[word])
        for word in _BRANCHES:
            for branch in schema.get(word, ()):
                yield from self._parts(contract, branch)

    def _referred(self, contract: str, reference: str) -> tuple[str, Mapping[str, Any]]:
        file, _, pointer = reference.partition("#")
        name = file.removesuffix(".schema.json") or contract
        schema: Any = self._schema(name)
        for step in pointer.split("/")[1:]:
            schema = schema[step]
        return name, schema


def fate_of(said: Any, contract: str) -> Fate:
    """Read the keyword. Raises ContractError for what it cannot say."""
    if isinstance(said, str) and said in get_args(Kind):
        return Fate(said)  # type: ignore[arg-type]
    if isinstance(said, Mapping) and len(said) == 1:
        if isinstance(said.get("words"), list):
            return Fate("id", re.compile("|".join(map(re.escape, said["words"])), re.ASCII))
        if isinstance(said.get("like"), str):
            return Fate("id", re.compile(said["like"]))
    raise ContractError(
        f"{contract}.schema.json: {KEYWORD} cannot be {said!r:.60}",
        way_out=f"write {', '.join(get_args(Kind))}, {{words: [...]}} or {{like: ...}}",
    )
