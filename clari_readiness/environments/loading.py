"""Load the settings file: all of its mistakes at once, or every environment in it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clari_readiness.environments.concessions import SURFACES, Declaration, NotApplicable, Waiver, entries
from clari_readiness.environments.environment import LEFT_BEHIND, Environment, Place
from clari_readiness.environments.problems import Problem, dotted, given, keys, problems
from clari_readiness.environments.reading import read
from clari_readiness.environments.rules import broken_rules
from clari_readiness.environments.values import unknown
from clari_readiness.errors import SettingsError
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.spelling import nearest

FILE_NAME = "clari-readiness.toml"

_TABLES = ("default", "env", "declarations", "not_applicable", "waivers")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Environments:
    """The settings file, read: its environments in the order of the file, and what people state in it."""

    path: Path
    declarations: tuple[Declaration, ...]
    not_applicable: tuple[NotApplicable, ...]
    waivers: tuple[Waiver, ...]
    _all: Mapping[str, Environment] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all environments."""
        return tuple(self._all)

    def get(self, name: str) -> Environment:
        """Return an environment. Raises SettingsError with the nearest name and the list when there is none."""
        if name in self._all:
            return self._all[name]
        near = nearest(name, self.names)
        raise SettingsError(
            f"{self.path}: there is no environment {name[:60]!r}" + (f"; the nearest is {near}" if near else ""),
            way_out=f"there are {', '.join(self.names)}: name one with --env",
        )

    def expired_surfaces(self, name: str, today: date) -> tuple[NotApplicable, ...]:
        """Return the approvals by which an environment's exporter did without a surface until some day before this one.

        Raises SettingsError for an entry of `[[not_applicable]]` that cannot be read, and may be meant for it.
        """
        mine = [each for each in self.not_applicable if each.env in (name, "")]
        for each in mine:
            if each.problem:
                raise SettingsError(f"{self.path}: {each.place}: {each.problem}")
        return tuple(each for each in mine if each.surface and each.expires and each.expires < today)

    def others(self, name: str) -> tuple[Environment, ...]:
        """Return every environment but that one, those included that are not filled in."""
        return tuple(environment for other, environment in self._all.items() if other != name)


def load(path: Path, *, environ: Mapping[str, str], clock: Clock | None = None) -> Environments:
    """Read a settings file.

    `environ` is where `env://` references will look; `clock` (the machine's unless given) says which dates are in the
    future. Raises SettingsError with one line for each mistake: file, key, what is wrong, the nearest valid name.
    """
    return loaded(read(path), path, environ=environ, clock=clock)


def loaded(
    document: Mapping[str, Any], path: Path, *, environ: Mapping[str, str], clock: Clock | None = None
) -> Environments:
    """Read what a settings file holds, or would hold at this path. Raises SettingsError as `load` does."""
    today = (clock or SystemClock()).now().date()
    found, environments = _environments(document, path.absolute(), environ, today)
    lines = [f"{path}: {dotted(one.path)}: {one.text}" for one in [*_top(document), *found]]
    if lines:
        # each once: what is wrong in [default] is wrong in all that inherit it
        raise SettingsError("\n".join(dict.fromkeys(lines)))
    names = list(environments)
    exempt = entries(NotApplicable, document.get("not_applicable", []), "not_applicable", names)
    return Environments(
        path=path.absolute(),
        declarations=entries(Declaration, document.get("declarations", []), "declarations", names),
        not_applicable=exempt,
        waivers=entries(Waiver, document.get("waivers", []), "waivers", names),
        _all={name: each.without(_surfaces(exempt, name, today)) for name, each in environments.items()},
    )


def _surfaces(exempt: Iterable[NotApplicable], name: str, today: date) -> dict[str, str]:
    """Return the surfaces that an environment's exporter does not have on this day, and why."""
    return {
        SURFACES[each.surface]: each.reason
        for each in exempt
        if each.surface and each.env == name and not each.problem and each.expires and each.expires >= today
    }


def load_default(config: Path | None = None, *, clock: Clock | None = None) -> Environments:
    """Load the named file, or the nearest `clari-readiness.toml` from here upward, with the process's environment.

    Raises SettingsError as `load` does, and when there is no file.
    """
    here = Path.cwd()
    path = config or nearest_file(here)
    if path is None:
        raise SettingsError(
            f"{FILE_NAME}: not found in {here} or above it",
            way_out="write one with `clari-readiness init`, or name one with --config",
        )
    return load(path, environ=dict(os.environ), clock=clock)


def nearest_file(start: Path) -> Path | None:
    """Return the settings file of a directory, or of the nearest one above it that has one; None where none has."""
    if (start / FILE_NAME).exists():
        return Path(FILE_NAME)
    above = (directory / FILE_NAME for directory in start.parents)
    return next((file for file in above if file.exists()), None)


def _top(document: Mapping[str, Any]) -> Iterator[Problem]:
    for name in document:
        if name not in _TABLES:
            yield Problem((name,), _stray(name))
    for name in ("default", "env"):
        if not isinstance(document.get(name, {}), dict):
            yield Problem((name,), "expected a table")
    if not document.get("env"):
        yield Problem(("env",), "missing; there must be at least one environment: [env.NAME]")


def _stray(name: str) -> str:
    if nearest(name, _TABLES):
        return unknown(name, _TABLES)
    setting = nearest(name, keys(()))
    if setting == name:
        return "belongs in [default] or [env.NAME]"
    return f"unknown; the nearest is {setting}, in [default] or [env.NAME]" if setting else unknown(name, _TABLES)


def _environments(
    document: Mapping[str, Any], path: Path, environ: Mapping[str, str], today: date
) -> tuple[list[Problem], dict[str, Environment]]:
    default, tables = _table(document.get("default")), _table(document.get("env"))
    found: list[Problem] = []
    environments: dict[str, Environment] = {}
    for name, own in tables.items():
        if not isinstance(own, dict):
            found.append(Problem(("env", name), "expected a table: [env.NAME]"))
        elif not NAME.fullmatch(name):
            found.append(Problem(("env", name), "a name is made of letters, digits, - and _"))
        else:
            environment, wrong = _environment(default, own, Place(name, path, environ), today)
            found += _located(wrong, name, own, default)
            if environment is not None:
                environments[name] = environment
    return found, environments


def _environment(
    default: Mapping[str, Any], own: Mapping[str, Any], place: Place, today: date
) -> tuple[Environment | None, list[Problem]]:
    written = merged(default, own)
    warehouse = written.setdefault("warehouse", {})
    if isinstance(warehouse, dict):
        warehouse.setdefault("url", f"duckdb:///{LEFT_BEHIND}/{place.name}/warehouse.duckdb")
    try:
        environment = Environment.of(frozen(written), place)
    except ValidationError as error:
        return None, list(problems(error))
    return environment, list(broken_rules(environment, own, today))


def _located(
    wrong: Iterable[Problem], name: str, own: Mapping[str, Any], default: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield each problem with the whole path to where it was written, which may be `[default]`."""
    for one in wrong:
        inherited = given(default, one.path) and not given(own, one.path)
        yield Problem((*(("default",) if inherited else ("env", name)), *one.path), one.text)


def merged(default: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return `own` on top of `default`: tables key by key, everything else whole; an exporter is one choice of four."""
    both = {key: merged({}, value) if isinstance(value, dict) else value for key, value in default.items()}
    for key, value in own.items():
        below = both.get(key)
        mergeable = isinstance(value, dict) and isinstance(below, dict) and key != "exporter"
        both[key] = merged(below, value) if mergeable and isinstance(below, dict) else value
    return both


def frozen(value: Any) -> Any:
    """Return what a TOML file holds, with tuples in the place of lists, as `Settings` wants it."""
    if isinstance(value, dict):
        return {key: frozen(content) for key, content in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
