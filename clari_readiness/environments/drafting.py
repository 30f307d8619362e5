"""One more environment in the settings file: judged answer by answer, then written beside all that is there already."""

from __future__ import annotations

import errno
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.container import OutOfOrderTableProxy
from tomlkit.items import InlineTable, Table

from clari_readiness.environments.environment import DOCUMENTED_URLS, LEFT_BEHIND, Environment, Place
from clari_readiness.environments.loading import FILE_NAME, NAME, frozen, load, loaded, merged
from clari_readiness.environments.problems import Path as Keys
from clari_readiness.environments.problems import given, problems
from clari_readiness.environments.reading import read
from clari_readiness.errors import SettingsError
from clari_readiness.files import replace
from clari_readiness.shipped import shipped_file

Answers = Mapping[Keys, Any]
"""What was answered: the path of a setting, as ("api", "key") -> its value."""


@dataclass(frozen=True)
class Draft:
    """An environment that is to be written. `before` is the text of the file that is there, or None where none is."""

    name: str
    path: Path
    before: str | None

    @classmethod
    def of(cls, name: str, path: Path) -> Draft:
        """Begin. Raises SettingsError where the name cannot be used, is used already, or the file has mistakes."""
        if not NAME.fullmatch(name):
            raise SettingsError(f"env: {name[:60]!r}: a name is made of letters, digits, - and _")
        if name in ("recorded", "simulated"):
            raise SettingsError(f"env: {name} is a rehearsal, and needs no filling in", way_out="take another name")
        if not path.exists():
            return cls(name, path, None)
        environments = load(path, environ={})
        if name in environments.names and environments.get(name).filled_in:
            raise SettingsError(
                f"{path}: env.{name}: is there already, and stays as it is",
                way_out="choose another name with --env, or change it in the file",
            )
        return cls(name, path, path.read_bytes().decode())

    def default(self, keys: Keys) -> Any:
        """Return what the environment says, or inherits, at a path before anything is answered; None where nothing."""
        value: Any = self._written({})
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def problem(self, answers: Answers, keys: Keys) -> str:
        """Return what is wrong with the answer at a path, given the others so far; empty when nothing is."""
        try:
            Environment.of(frozen(self._complete(answers)), Place(self.name, self.path.absolute(), {}))
        except ValidationError as error:
            wrong = (one.text for one in problems(error) if one.path[: len(keys)] == keys)
            return next(wrong, "")
        return ""

    def text(self, answers: Answers) -> str:
        """Return the whole file with the environment in it; whatever else is there stays, byte for byte.

        A placeholder (`filled_in = false`) is filled in where it stands; any other environment comes last.
        """
        text = self._template() if self.before is None else self.before
        document = tomlkit.parse(text)
        if self.before is None:
            _set(document["default"], {key: value for key, value in _tables(answers).items() if key in _EVERYWHERE})
        placeholder: Any = document.get("env", {}).get(self.name)
        if placeholder is not None:
            placeholder.pop("filled_in", None)
            placeholder["live"] = True
            _set(placeholder, _tables(self._own(answers)))
            return tomlkit.dumps(document)
        line = "\r\n" if "\r\n" in text else "\n"
        whole = tomlkit.dumps(document)
        return whole + (line if whole.endswith(line) else 2 * line) + self._table(answers).replace("\n", line)

    def write(self, answers: Answers) -> None:
        """Write the file, whole or not at all. Raises SettingsError where it cannot be, or was changed meanwhile."""
        text = self.text(answers)
        loaded(tomllib.loads(text), self.path, environ={})
        try:
            if self.before is None:
                with self.path.open("xb") as file:
                    file.write(text.encode())
            else:
                _replace(self.path.resolve(), self.before.encode(), text.encode())
        except OSError as error:
            way_out = "begin again" if isinstance(error, FileExistsError) else ""
            raise SettingsError(f"{self.path}: cannot be written: {error.strerror}", way_out=way_out) from None

    def _own(self, answers: Answers) -> Answers:
        """Return what the environment has to say itself: what it does not inherit in the same words."""
        inherited = _tables(answers) if self.before is None else self._document().get("default", {})
        return {
            keys: value
            for keys, value in answers.items()
            if keys[0] not in _EVERYWHERE or not given(inherited, keys) or _at(inherited, keys) != value
        }

    def _table(self, answers: Answers) -> str:
        document = tomlkit.document()
        table = tomlkit.table()
        document["env"] = tomlkit.table(is_super_table=True).append(self.name, table)
        table["live"] = True
        _set(
            table, _tables({("api", "profile"): "v4", ("api", "base_url"): DOCUMENTED_URLS["v4"], **self._own(answers)})
        )
        return tomlkit.dumps(document)

    def _complete(self, answers: Answers) -> dict[str, Any]:
        """Return the table as it will be read, with something in the place of what is still to be asked."""
        profile = answers.get(("api", "profile"), "v4")
        url = DOCUMENTED_URLS.get(str(profile), DOCUMENTED_URLS["v4"])
        anything = {
            "forecasts": ["f"],
            "fiscal_year": {"starts": "01", "named_after": "end"},
            "api": {"key": "env://K", "base_url": url},
            "warehouse": {"url": f"duckdb:///{LEFT_BEHIND}/{self.name}/warehouse.duckdb"},
        }
        return merged(anything, self._written(answers))

    def _written(self, answers: Answers) -> dict[str, Any]:
        document = self._document()
        own = document.get("env", {}).get(self.name, {})
        return merged(merged(document.get("default", {}), own), _tables(answers))

    def _document(self) -> dict[str, Any]:
        return tomllib.loads(self._template() if self.before is None else self.before)

    def _template(self) -> str:
        read(shipped_file(FILE_NAME))
        return shipped_file(FILE_NAME).read_text(encoding="utf-8")


_EVERYWHERE = ("forecasts", "fiscal_year")
"""What a new file says in `[default]`, for every environment that will follow."""


def _set(table: Any, values: Mapping[str, Any]) -> None:
    """Set values where the table has them, or in a table of one line where it has not."""
    for key, value in values.items():
        there = table.get(key)
        if isinstance(value, dict) and isinstance(there, Table | OutOfOrderTableProxy):
            _set(there, value)
        elif isinstance(value, dict):
            table[key] = _in_one_line(merged(there.unwrap(), value) if isinstance(there, InlineTable) else value)
        else:
            table[key] = value


def _in_one_line(values: Mapping[str, Any]) -> Any:
    """Return `{ a = 1, b = 2 }` with its blanks, which tomlkit leaves out of tables that it makes itself."""
    return tomlkit.value(_written(values))


def _written(value: Any) -> str:
    if not isinstance(value, dict):
        return str(tomlkit.item(value).as_string())
    return f"{{ {', '.join(f'{tomlkit.key(key).as_string()} = {_written(inner)}' for key, inner in value.items())} }}"


def _tables(answers: Answers) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for keys, value in answers.items():
        inner = tables
        for key in keys[:-1]:
            inner = inner.setdefault(str(key), {})
        inner[str(keys[-1])] = value
    return tables


def _at(table: Any, keys: Keys) -> Any:
    for key in keys:
        table = table[key]
    return table


def _replace(path: Path, before: bytes, content: bytes) -> None:
    """Put the content in the place of what was there before, all of it at once, with the file's permissions."""
    if path.read_bytes() != before:
        raise FileExistsError(errno.EEXIST, "it was changed meanwhile")
    replace(path, content, mode=path.stat().st_mode & 0o777)
