"""Who loads into a warehouse of others: one run at a time, from whatever machine, for as long as it says that it lives.

Where there are no locks that a session holds, there is a row that says who may commit. It ends by itself, is made to
last longer while its holder lives, and is looked at, and locked, in each transaction before that is committed: who lost
it commits nothing any more.
"""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Generic, Protocol, TypeVar
from uuid import getnode, uuid4

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.warehouse.connection import Fetched
from clari_readiness.warehouse.statements import statement

_PARTS = 3
"""How often it is made to last longer before it would end."""

_LEAVING = 5.0


class LeasedSession(Protocol):
    """A session that commits under a lease: `before_commit` is called in each of its transactions, and may refuse."""

    name: str
    before_commit: Callable[[], None] | None

    def said(self, text: str, *values: Any) -> Fetched:
        """Run a statement in the engine's own words, its parameters written `?`. Raises WarehouseError."""

    def close(self) -> None:
        """End the session."""


Session = TypeVar("Session", bound=LeasedSession)


class Lease(Generic[Session]):
    """The lease of one run. It lasts for `term` seconds, by the engine's clock, each time that it is taken or kept.

    A lease that the same `place` left behind is taken over: a lock file there says that its holder is dead. `engine`
    is the directory of the statements. Whoever holds `turn` keeps this process from making it last longer meanwhile.
    """

    def __init__(self, place: Path, *, term: float, engine: str) -> None:
        self.turn = Lock()
        self._term = term
        self._run = uuid4().hex
        self._place = _named(place)
        self._engine = engine
        self._is_taken = False

    def enter(self, session: Session, *, is_made: bool) -> None:
        """Let a session commit under the lease, which is taken first; ExporterBusy where another run has it."""
        if self._is_taken:
            self.keep(session)
        else:
            self._take(session, is_made=is_made)
        session.before_commit = lambda: self.keep(session)

    def keep(self, session: Session) -> None:
        """Have it last for another term; ExporterBusy when another run has taken it over."""
        if not self._kept(session):
            told, _ = self._holder(session)
            raise ExporterBusy(
                f"{session.name}: another exporter has taken over from this one{told}",
                way_out="this one was silent for too long, and committed nothing since: let the other finish",
            )

    @contextmanager
    def kept(self, opened: Callable[[], Session]) -> Iterator[None]:
        """Make it last while the block runs, in a session of its own: a transaction would hide it until its end."""
        ended = Event()
        keeping = Thread(target=self._keep_on, args=(opened, ended), name="exporter lease", daemon=True)
        keeping.start()
        try:
            yield
        finally:
            ended.set()
            keeping.join(_LEAVING)

    def leave(self, session: Session) -> None:
        """Leave it to others."""
        session.said(self._words("leave"), self._run)

    def _take(self, session: Session, *, is_made: bool) -> None:
        if not is_made:
            session.said(self._words("table"))
        told = f"process {os.getpid()} on {socket.gethostname()}"
        session.said(self._words("take"), self._run, self._place, told, self._term, self._place)
        # Asked once more: of two that took it at once, the later one has it.
        _, self._is_taken = self._holder(session)
        if not self._is_taken:
            raise self._busy(session)

    def _busy(self, session: Session) -> ExporterBusy:
        told, _ = self._holder(session)
        return ExporterBusy(
            f"{session.name}: another exporter is at work on this warehouse{told}", way_out="let it finish, or stop it"
        )

    def _holder(self, session: Session) -> tuple[str, bool]:
        """Return who has it, as others are told, and whether that is this run."""
        rows = session.said(self._words("holder")).fetchall()
        if not rows:
            raise WarehouseError(f"{session.name}: EXPORTER_LEASE has no row", way_out="drop that table")
        run, told, ends_at = rows[0]
        return _who(told, ends_at) if run else "", run == self._run

    def _kept(self, session: Session) -> bool:
        changed = session.said(self._words("keep"), self._term, self._run)
        return bool(changed.fetchall()[0][0])

    def _kept_in_turn(self, session: Session) -> bool:
        with self.turn:
            return self._kept(session)

    def _words(self, name: str) -> str:
        return statement(f"engines/{self._engine}/lease/{name}")

    def _keep_on(self, opened: Callable[[], Session], ended: Event) -> None:
        """Keep it until the end, or until it is lost: that is told where something is to be committed."""
        while not ended.wait(self._term / _PARTS):
            with suppress(WarehouseError), closing(opened()) as session:
                while self._kept_in_turn(session):
                    if ended.wait(self._term / _PARTS):
                        return
                return


def _who(told: str, ends_at: datetime) -> str:
    return f" ({told}; if that is dead, its lease ends at {ends_at:%H:%M:%S} UTC)"


def _named(place: Path) -> str:
    """Return what tells this machine and this place on it from any other."""
    said = f"{socket.gethostname()} {getnode()} {place.resolve()}"
    return hashlib.sha256(said.encode()).hexdigest()
