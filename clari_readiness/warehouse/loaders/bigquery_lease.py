"""The lease of a run that loads into BigQuery, whose sessions outlive whoever began them.

A transaction that was left open keeps everybody else from changing what it changed, for a day: BigQuery ends a session
after 24 hours without a statement. So the lease says in which session its holder is, and who follows ends that first.
"""

from __future__ import annotations

from pathlib import Path

from clari_readiness.warehouse.loaders.bigquery_session import BigQuerySession
from clari_readiness.warehouse.loaders.lease import Lease


class SessionLease(Lease[BigQuerySession]):
    """A lease that each transaction changes first, so that BigQuery lets nobody change it until the transaction ends.

    This process makes it last longer between its transactions only: BigQuery would cancel one of the two.
    """

    def __init__(self, place: Path, *, term: float) -> None:
        super().__init__(place, term=term, engine="bigquery")
        self._session: str | None = None

    def enter(self, session: BigQuerySession, *, is_made: bool) -> None:
        """Let a session commit under the lease, which is taken first; ExporterBusy where another run has it."""
        if self._session is not None:
            session.abort(self._session)
        super().enter(session, is_made=is_made)
        session.turn = self.turn
        session.said(self._words("enter"), session.id, self._run)
        self._session = session.id

    def _take(self, session: BigQuerySession, *, is_made: bool) -> None:
        """Look before: what an open transaction has changed, nobody else can, but would have to wait for its end."""
        if is_made:
            self._followed(session)
        super()._take(session, is_made=is_made)

    def _followed(self, session: BigQuerySession) -> None:
        for may_be_taken, former in session.said(self._words("former"), self._place).rows:
            if not may_be_taken:
                raise self._busy(session)
            if former is not None:
                session.abort(former)
