"""What people state in the settings file: declarations, items that do not apply, waivers.

A mistake in one of them makes a run INVALID instead of stopping it, so each is kept with its `problem`. Whether it has
expired, and whether its item exists, is the gate's to judge.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from clari_readiness.environments.values import unknown


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """`place` is where it is in the file, as `waivers[0]`; `problem` is empty when it could be read."""

    optional: ClassVar[frozenset[str]] = frozenset()

    item: str = ""
    env: str = ""
    expires: date | None = None
    place: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Declaration(_Entry):
    """A statement about what no machine can see."""

    statement: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NotApplicable(_Entry):
    """An item that does not apply, or with `surface` a part of Clari that the exporter does not use."""

    optional: ClassVar[frozenset[str]] = frozenset({"surface"})

    surface: str = ""
    reason: str = ""
    approved_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Waiver(_Entry):
    """An item that may fail until it expires."""

    reason: str = ""
    approved_by: str = ""
    approved_on: date | None = None


AnyEntry = TypeVar("AnyEntry", bound=_Entry)

SURFACES: Mapping[str, str] = MappingProxyType({"audit events": "audit", "opportunities": "opportunities"})
"""A surface that an exporter may do without, as people write it -> as the trial knows it."""

_DATES = frozenset({"expires", "on", "approved_on"})


def entries(kind: type[AnyEntry], written: Any, name: str, environments: Sequence[str]) -> tuple[AnyEntry, ...]:
    """Read `[[name]]`, entry by entry; what cannot be read has a problem. Never raises."""
    if not isinstance(written, list):
        return (kind(place=name, problem=f"expected a list of tables: write [[{name}]]"),)
    return tuple(_entry(kind, one, f"{name}[{number}]", environments) for number, one in enumerate(written))


def _entry(kind: type[AnyEntry], written: Any, place: str, environments: Sequence[str]) -> AnyEntry:
    if not isinstance(written, Mapping):
        return kind(place=place, problem="expected a table")
    keys = [field.name for field in dataclasses.fields(kind) if field.name not in ("place", "problem")]
    good = {key: written[key] for key in keys if key in written and not _wrong(key, written[key])}
    found = [f"{key}: {_wrong(key, written[key])}" for key in keys if key in written and key not in good]
    found += [f"{key}: missing" for key in keys if key not in written and key not in kind.optional]
    found += [f"{str(key)[:60]!r}: {unknown(str(key), keys)}" for key in written if key not in keys]
    if "env" in good and good["env"] not in environments:
        # without it, the entry counts for every environment: nobody can tell which one was meant
        found.append(f"env: {unknown(good.pop('env'), environments)}")
    return kind(**good, place=place, problem=", ".join(found))


def _wrong(key: str, value: Any) -> str:
    if key in _DATES:
        good = isinstance(value, date) and not isinstance(value, datetime)
        return "" if good else "expected a date, written 2027-01-31 without quotes"
    if not isinstance(value, str):
        return "expected text in quotes"
    if key == "surface":
        return "" if value in SURFACES else unknown(value, sorted(SURFACES))
    return "" if value.strip() else "is empty"
