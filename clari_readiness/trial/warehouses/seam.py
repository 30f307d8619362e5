"""The seam: what an engine must do, so that exporters that write into it can be put on trial."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from clari_readiness.trial.rows import Mapped, Rows

WORK = 15.0
"""How many real seconds a run takes, at most, to load what it has to into something that is near."""

Done = Literal["full"]
"""What a scenario does to a warehouse, and not every engine can have done to it: a method of `ScenarioWarehouse`."""

NOT_IN_SNOWFLAKE: Mapping[Done, str] = MappingProxyType({"full": "Snowflake has no disk of its own that could be full"})

BY_NATURE = frozenset(NOT_IN_SNOWFLAKE.values())
"""Why a scenario is not for an engine: nobody has to approve of that."""


class ScenarioWarehouse(Protocol):
    """The warehouse of one scenario: the exporter's alone, and empty at first."""

    @property
    def url(self) -> str:
        """What the exporter is told; it may hold a password."""

    @property
    def path(self) -> Path | None:
        """The file, where it is one."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What of the URL nobody but the exporter may see."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that the exporter's driver reaches with HTTP: they are not behind the proxy that refuses."""

    def rows(self, mapped: Mapped) -> Rows:
        """Return what is in it, once nobody writes any more. Raises WarehouseError."""

    def seen(self) -> object:
        """Return what can be seen from outside of a run that writes: when it is another than before, one does."""

    def full(self) -> AbstractContextManager[int | None]:
        """Let nothing more be written while the block runs, as on a full disk.

        Gives how large a file the exporter may write (bytes), where that is how it is done.
        """


class Warehouses(Protocol):
    """Makes one for each scenario; several may be there side by side."""

    @property
    def shown(self) -> tuple[str, str | None]:
        """URL and path as they may be shown, with words in capitals where each scenario has its own."""

    @property
    def spared(self) -> Mapping[Done, str]:
        """What cannot be done to them, and why: one of `BY_NATURE`."""

    @property
    def work(self) -> float:
        """How many real seconds a run takes to load, at most, besides all that it has to wait for."""

    def prepare(self) -> None:
        """See, before anything is started, that it can be done, and take away what a killed trial left.

        Raises SettingsError where somebody must decide otherwise, and NotVerified where nobody could look.
        """

    def made(self, directory: Path) -> AbstractContextManager[ScenarioWarehouse]:
        """Make one, and take it away again; `directory` is the scenario's own."""
