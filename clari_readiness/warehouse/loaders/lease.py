"""Who loads into a Snowflake schema: one run at a time, from whatever machine, for as long as it says that it lives.

Snowflake has no locks that a session holds, so there is a row that says who may commit. It ends by itself, is made to
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
from threading import Event, Thread
from uuid import getnode, uuid4

from clari_readiness.errors import ExporterBusy, WarehouseError
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.statements import statement

_PARTS = 3
"""How often it is made to last longer before it would end."""

_LEAVING = 5.0


class Lease:
    """The lease of one run. It lasts for `term` seconds, by Snowflake's clock, each time that it is taken or kept.

    A lease that the same `place` left behind is taken over: a lock file there says that its holder is dead.
    """

    def __init__(self, place: Path, *, term: float) -> None:
        self._term = term
        self._run = uuid4().hex
        self._place = _named(place)
        self._is_taken = False

    def enter(self, session: SnowflakeSession, *, is_made: bool) -> None:
        """Let a session commit under the lease, which is taken first; ExporterBusy where another run has it."""
        if self._is_taken:
            self.keep(session)
        else:
            self._take(session, is_made=is_made)
        session.before_commit = lambda: self.keep(session)

    def keep(self, session: SnowflakeSession) -> None:
        """Have it last for another term; ExporterBusy when another run has taken it over."""
        if not self._kept(session):
            told, _ = self._holder(session)
            raise ExporterBusy(
                f"{session.name}: another exporter has taken over from this one{told}",
                way_out="this one was silent for too long, and committed nothing since: let the other finish",
            )

    @contextmanager
    def kept(self, opened: Callable[[], SnowflakeSession]) -> Iterator[None]:
        """Make it last while the block runs, in a session of its own: a transaction would hide it until its end."""
        ended = Event()
        keeping = Thread(target=self._keep_on, args=(opened, ended), name="exporter lease", daemon=True)
        keeping.start()
        try:
            yield
        finally:
            ended.set()
            keeping.join(_LEAVING)

    def leave(self, session: SnowflakeSession) -> None:
        """Leave it to others."""
        session.said(statement("engines/snowflake/lease/leave"), self._run)

    def _take(self, session: SnowflakeSession, *, is_made: bool) -> None:
        if not is_made:
            session.said(statement("engines/snowflake/lease/table"))
        told = f"process {os.getpid()} on {socket.gethostname()}"
        take = statement("engines/snowflake/lease/take")
        session.said(take, self._run, self._place, told, self._term, self._place)
        # Asked once more: of two that took it at once, the later one has it.
        told, has_it = self._holder(session)
        if not has_it:
            raise ExporterBusy(
                f"{session.name}: another exporter is at work on this warehouse{told}",
                way_out="let it finish, or stop it",
            )
        self._is_taken = True

    def _holder(self, session: SnowflakeSession) -> tuple[str, bool]:
        """Return who has it, as others are told, and whether that is this run."""
        rows = session.said(statement("engines/snowflake/lease/holder")).fetchall()
        if not rows:
            raise WarehouseError(f"{session.name}: EXPORTER_LEASE has no row", way_out="drop that table")
        run, told, ends_at = rows[0]
        return _who(told, ends_at) if run else "", run == self._run

    def _kept(self, session: SnowflakeSession) -> bool:
        changed = session.said(statement("engines/snowflake/lease/keep"), self._term, self._run)
        return bool(changed.fetchall()[0][0])

    def _keep_on(self, opened: Callable[[], SnowflakeSession], ended: Event) -> None:
        """Keep it until the end, or until it is lost: that is told where something is to be committed."""
        while not ended.wait(self._term / _PARTS):
            with suppress(WarehouseError), closing(opened()) as session:
                while self._kept(session):
                    if ended.wait(self._term / _PARTS):
                        return
                return


def _who(told: str, ends_at: datetime) -> str:
    return f" ({told}; if that is dead, its lease ends at {ends_at:%H:%M:%S} UTC)"


def _named(place: Path) -> str:
    """Return what tells this machine and this place on it from any other."""
    said = f"{socket.gethostname()} {getnode()} {place.resolve()}"
    return hashlib.sha256(said.encode()).hexdigest()
