"""The contracts: JSON Schemas in a directory, compiled once, and documents judged by them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from clari_readiness.errors import ContractError
from clari_readiness.model.exports import Violation
from clari_readiness.shipped import shipped
from clari_readiness.spelling import meant
from clari_readiness.validation.references import broken_references
from clari_readiness.validation.unreadable import unreadable
from clari_readiness.validation.where import leaves, path_of, sort_key
from clari_readiness.validation.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_SUFFIX = ".schema.json"


class Contracts:
    """Every contract of a directory, by name: `forecast` is `forecast.schema.json`.

    Contracts may refer to each other by file name (`"$ref": "job.schema.json#/$defs/job"`); nothing is ever fetched.
    A directory without contracts, and a file that is not JSON Schema, raise ContractError naming it.
    """

    names: tuple[str, ...]

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or shipped("contracts")
        self._schemas = _read_all(self._directory)
        self.names = tuple(self._schemas)
        self._refuse_foreign_references()
        self._wording = Wording(self._schemas.values())
        self._registry = self._registry_of_all()
        self._compiled = {(name, ""): self._compile(name, schema) for name, schema in self._schemas.items()}

    def violations(self, name: str, document: Any, *, part: str | None = None, at: str = "$") -> tuple[Violation, ...]:
        """Return everything in which the document breaks the contract, in the document's order; nothing when it holds.

        `document` is decoded JSON, `part` one of the contract's `$defs` to judge it by instead of the whole, and `at`
        the path at which a part lies in its document. A contract or part that does not exist raises ContractError.
        NaN and the infinities are no JSON: they are refused wherever the contract names a type.
        """
        validator = self._validator(name, part)
        try:
            if validator.is_valid(document):
                return ()
            errors = [leaf for error in validator.iter_errors(document) for leaf in leaves(error)]
        except ValueError as error:  # what the engine cannot take: a lone surrogate, nesting without end
            return unreadable(document, at=at, reason=str(error))
        ordered = sorted(errors, key=sort_key)
        found = (Violation(path_of(error, at=at), self._wording.problem(error, document)) for error in ordered)
        return tuple(dict.fromkeys(found))

    def schema(self, name: str) -> Mapping[str, Any]:
        """Return a contract as it is written. Raises ContractError when there is none of that name."""
        return self._schema(name)

    def references(self, document: Any) -> tuple[Violation, ...]:
        """Return what an entry refers to and the forecast document does not list, and what it lists twice (F13)."""
        return broken_references(document)

    def _validator(self, name: str, part: str | None) -> jsonschema_rs.Validator:
        key = (name, part or "")
        if key not in self._compiled:
            definitions = self._schema(name).get("$defs", {})
            if part not in definitions:
                raise _unknown(f"{self._file(name)} has no part {part!r}", part or "", definitions)
            self._compiled[key] = self._compile(name, {"$ref": f"{name}{_SUFFIX}#/$defs/{part}"})
        return self._compiled[key]

    def _schema(self, name: str) -> dict[str, Any]:
        if name not in self._schemas:
            raise _unknown(f"{self._file(name)} does not exist: no contract is called {name!r}", name, self._schemas)
        return self._schemas[name]

    def _file(self, name: str) -> Path:
        return self._directory / f"{name}{_SUFFIX}"

    def _refuse_foreign_references(self) -> None:
        """Name the file that refers to what is not there; the engine would name only what is missing."""
        files = {self._file(name).name for name in self._schemas}
        for name, schema in self._schemas.items():
            for reference in _references_in(schema):
                file = reference.partition("#")[0]
                if file and file not in files:
                    raise _unknown(f"{self._file(name)} refers to {file}, which is not beside it", file, files)

    def _registry_of_all(self) -> jsonschema_rs.Registry:
        """Return all contracts under their file names, so that one may refer to another."""
        resources = [(f"{name}{_SUFFIX}", schema) for name, schema in self._schemas.items()]
        try:
            return jsonschema_rs.Registry(resources, draft=jsonschema_rs.Draft202012)
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise ContractError(f"{self._directory}: {_first_line(error)}", way_out="mend the `$id`") from error

    def _compile(self, name: str, schema: dict[str, Any]) -> jsonschema_rs.Validator:
        try:
            return jsonschema_rs.Draft202012Validator(
                schema, registry=self._registry, validate_formats=True, offline=True, mask="(not shown)"
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise ContractError(
                f"{self._file(name)} is not valid JSON Schema: {_first_line(error)}", way_out="mend the file"
            ) from error


def _read_all(directory: Path) -> dict[str, dict[str, Any]]:
    files = sorted(directory.glob(f"*{_SUFFIX}"))
    if not files:
        raise ContractError(f"{directory} has no *{_SUFFIX}", way_out="name the directory that holds the contracts")
    return {file.name.removesuffix(_SUFFIX): _read(file) for file in files}


def _read(file: Path) -> dict[str, Any]:
    try:
        schema = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ContractError(f"{file} cannot be read as JSON: {error}", way_out="mend the file") from error
    if not isinstance(schema, dict):
        raise ContractError(f"{file} is not a JSON Schema: it holds no object", way_out="mend the file")
    return schema


def _references_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for inner in schema:
            yield from _references_in(inner)


def _unknown(message: str, name: str, known: Iterable[str]) -> ContractError:
    return ContractError(message, way_out=meant(name, sorted(known)))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
