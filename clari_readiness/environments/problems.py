"""Say what is wrong with settings: the place as a path in dots, the problem, the nearest valid name. Never a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from clari_readiness.environments.tables import Settings
from clari_readiness.environments.values import unknown
from clari_readiness.spelling import nearest

Path = tuple[str | int, ...]

_EXPECTED = {
    "string_type": "expected text in quotes",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "finite_number": "expected a finite number",
    "bool_type": "expected true or false",
    "tuple_type": "expected a list: [...]",
    "date_type": "expected a date, written 2026-10-01 without quotes",
    "model_type": "expected a table: {{ ... }}",
    "model_attributes_type": "expected a table: {{ ... }}",
    "mapping_type": "expected a table: {{ ... }}",
    "dict_type": "expected a table: {{ ... }}",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected at least {ge}",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected at most {le}",
    "too_short": "expected at least {min_length} of them",
    "string_too_short": "expected at least {min_length} characters",
    "literal_error": "expected {expected}",
    "value_error": "{error}",
}

_PATTERNS = {
    "callable": "expected package.module:function",
    "email": "expected an e-mail address",
    "key_fingerprint": "expected the 64 hexadecimal digits that `clari-readiness fingerprint` prints",
}

_MISSING = {
    "forecasts": 'name at least one forecast: forecasts = ["net_bookings"]',
    "fiscal_year": 'say when the fiscal year starts: { starts = "02", named_after = "end" }',
    "api": 'say where Clari is: { base_url = "https://api.clari.com/v4", key = "env://CLARI_API_KEY" }',
    "key": 'refer to the key: key = "env://CLARI_API_KEY"',
}


@dataclass(frozen=True)
class Problem:
    """One mistake: where, and what is wrong there."""

    path: Path
    text: str


def dotted(path: Path) -> str:
    """Return a path as it is shown: `env.prod.types_to_export[1]`; names that TOML would quote are quoted."""
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{_name(step)}"
    return shown.lstrip(".")


def problems(error: ValidationError) -> Iterator[Problem]:
    """Translate pydantic's errors about `Settings`, whose own words show what was written."""
    found = error.errors(include_url=False, include_input=False)
    above = {one["loc"][:-1] for one in found}
    wrong_keys = {one["loc"][:-1] for one in found if one["loc"][-1] == "[key]"}
    for one in found:
        path, kind = tuple(step for step in one["loc"] if step != "[key]"), one["type"]
        if kind == "too_short" and one["loc"] in above:
            continue  # pydantic does not count what is wrong in the list, and says so of a list that is long enough
        if one["loc"][-1] != "[key]" and any(path[: len(key)] == key for key in wrong_keys):
            continue  # what is below a key that nobody knows, nobody can judge
        if kind == "extra_forbidden":
            yield Problem(path, _misplaced(path))
        elif kind == "missing":
            hint = _MISSING.get(str(path[-1]), "")
            yield Problem(path, "missing" + (f"; {hint}" if hint else ""))
        elif kind == "string_pattern_mismatch":
            yield Problem(path, _PATTERNS.get(str(path[-1]), "is not written as it should be"))
        else:
            template = _EXPECTED.get(kind, "is not valid")
            yield Problem(path, template.format(**one.get("ctx", {})))


def _misplaced(path: Path) -> str:
    """Say of an unknown key which key of its table is nearest, or which other table has it."""
    name = str(path[-1])
    known = keys(path[:-1])
    if not nearest(name, known):
        elsewhere = [f"{table}.{key}" for table in keys(()) for key in keys((table,)) if key == name]
        elsewhere += [key for key in keys(()) if key == name]
        if elsewhere:
            return f"unknown here; there is {elsewhere[0]}"
    return unknown(name, known)


def keys(table: Path) -> list[str]:
    """Return the keys that a table of an environment may have, the environment's own for the empty path."""
    model: type[BaseModel] | None = Settings
    steps = iter(table)
    for step in steps:
        field = _field(model, str(step)) if model else None
        model = _inner(field) if field else None
        if field and get_origin(field.annotation) is Mapping:
            next(steps, None)  # a table of such tables, whatever each is called
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if key == (field.alias or name)), None)


def _inner(field: FieldInfo) -> type[BaseModel] | None:
    parts = (field.annotation, *get_args(field.annotation))
    return next((one for one in parts if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _name(step: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", step):
        return step
    return json.dumps(step if len(step) <= 60 else step[:59] + "…")


def given(table: Mapping[str, Any] | Any, path: Path) -> bool:
    """Whether a table, as it was read, has something at a path."""
    for step in path:
        if isinstance(table, Mapping) and step in table:
            table = table[str(step)]
        elif isinstance(table, list | tuple) and isinstance(step, int) and step < len(table):
            table = table[step]
        else:
            return False
    return True
