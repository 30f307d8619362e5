"""The seam: what an engine must do, so that exporters that write into it can be put on trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from clari_readiness.trial.rows import Mapped, Rows

WORK = 15.0
"""How many real seconds a run takes, at most, to load what it has to into something that is near."""

Done = Literal["full", "breaker"]
"""What a scenario does to a warehouse, and not every engine can have done to it: a method of `ScenarioWarehouse`."""

NOT_IN_A_FILE: Mapping[Done, str] = MappingProxyType(
    {"breaker": "its warehouse is a file: there is no session with a server that could break"}
)
NOT_IN_SNOWFLAKE: Mapping[Done, str] = MappingProxyType(
    {
        "full": "Snowflake has no disk of its own that could be full",
        "breaker": "a trial ends nobody's session with Snowflake: what a kill -9 leaves there is the same",
    }
)

BY_NATURE = frozenset({*NOT_IN_A_FILE.values(), *NOT_IN_SNOWFLAKE.values()})
"""Why a scenario is not for an engine: nobody has to approve of that."""


class Moment(StrEnum):
    """When a session of the exporter's with its server is broken."""

    BEFORE_A_ROW = "before its first row"  # it waits for the lock that this takes, and which the trial holds
    AS_IT_WRITES = "as it wrote"
    BETWEEN = "after its first transaction"  # and before its next one; an exporter that has one alone is left alone


class Breaker(Protocol):
    """Breaks a session of the exporter's with its server, once."""

    @property
    def has_broken(self) -> bool:
        """Whether it did."""

    def lie_in_wait(self) -> None:
        """Begin, while the exporter waits for what it will load. Raises WarehouseError."""

    def watch(self, over: Callable[[float], bool]) -> None:
        """Wait for the moment, and break the session that has come to it.

        `over` waits so many seconds at most, and returns whether the run has ended: then there is nothing to break.
        """


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

    def breaker(self, moment: Moment, mapped: Mapped) -> Breaker:
        """Return what breaks a session that loads forecasts, at this moment. Raises WarehouseError."""


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
