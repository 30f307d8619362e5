"""A server without locks that a session holds, as a warehouse: a lease keeps other exporters away."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, TypeVar

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.warehouse.loaders.lease import Lease, LeasedSession
from clari_readiness.warehouse.loaders.server import ServerSession, ServerWarehouse
from clari_readiness.warehouse.statements import statement


@dataclass(frozen=True)
class Found:
    """Whether our tables are where a session makes them, and the lease; and the mark of the texts that made them."""

    is_there: bool
    has_lease: bool
    mark: str | None


class LeasedServerSession(ServerSession, LeasedSession, Protocol):
    """A session with such a server."""

    name: str


Session = TypeVar("Session", bound=LeasedServerSession)


class LeasedWarehouse(ServerWarehouse[Session]):
    """Our tables in such a server."""

    _lease: Lease[Session] | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other exporters away while the block runs, those of other machines too; ExporterBusy when one is there.

        The lease is this run's, in whatever session, and nothing is committed once another run has taken it over.
        """
        self._lease = self._new_lease()
        try:
            with super().held(), self._lease.kept(self._opened):
                try:
                    yield
                finally:
                    with suppress(ExporterBusy, WarehouseError):  # it ends by itself
                        self._lease.leave(self._session())
        finally:
            self._lease = None

    def _entered(self, session: Session) -> None:
        if self._lease is not None:
            self._lease.enter(session, is_made=self._looked(session).has_lease)

    def _found(self, session: Session) -> bool:
        return self._looked(session).is_there

    def _make_event_tables(self, session: Session) -> None:
        session.execute(statement("events_schema"))

    @abstractmethod
    def _new_lease(self) -> Lease[Session]:
        """Return the lease of a run that begins."""

    @abstractmethod
    def _looked(self, session: Session) -> Found:
        """Return what there is of ours."""
