"""What is on trial: an exporter, how it is started, and what is known about its surroundings."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from clari_readiness.errors import SettingsError
from clari_readiness.trial.child import CommandStarter, NurseryStarter, Starter
from clari_readiness.trial.rows import Mapped
from clari_readiness.trial.variables import ALLOWED, Names
from clari_readiness.trial.warehouses import Files, Warehouses

REFERENCE = "reference"
_CALLABLE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Accused:
    """An exporter on trial. `words` start it; none are for the reference exporter.

    `warehouses` makes what it writes into, `directory` is where it is started.
    `not_applicable` says of the surfaces that it does not have why that is so, `at_once` how many scenarios are
    tried side by side.
    """

    words: tuple[str, ...]
    warehouses: Warehouses = field(default_factory=Files)
    directory: Path = field(default_factory=Path.cwd)
    names: Names = field(default_factory=Names)
    mapped: Mapped = field(default_factory=lambda: MappingProxyType({}))
    not_applicable: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    at_once: int = 2

    @property
    def written(self) -> str:
        """Return it as `--exporter` takes it."""
        if not self.words:
            return REFERENCE
        return self.words[-1] if "clari_readiness.trial.calling" in self.words else shlex.join(self.words)

    def starter(self, caller: Mapping[str, str]) -> Starter:
        """Return what starts it; `caller` is the environment of which a child gets what is allowed."""
        if self.words:
            return CommandStarter(self.words)
        return NurseryStarter({name: caller[name] for name in ALLOWED if name in caller})


def words_of(written: str) -> tuple[str, ...]:
    """Return the words of a command line, of a callable `pkg.mod:function`, or none for `reference`."""
    if written == REFERENCE:
        return ()
    if _CALLABLE.fullmatch(written):
        return (sys.executable, "-m", "clari_readiness.trial.calling", written)
    try:
        words = tuple(shlex.split(written))
    except ValueError as error:
        raise SettingsError(f"the exporter's command cannot be read: {error}", way_out="close the quotes") from error
    if not words:
        raise SettingsError("no exporter is named", way_out='write --exporter "python -m our_pipeline.export"')
    return words
