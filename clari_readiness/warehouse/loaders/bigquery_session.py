"""A session with BigQuery that takes DuckDB's statements, and answers as DuckDB does.

Each statement is a job. Those of a transaction are run in a session of BigQuery's, which is begun when it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, Self
from uuid import uuid4

from google.cloud import bigquery

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.connection import Fetched
from clari_readiness.warehouse.engines.bigquery_values import parameter
from clari_readiness.warehouse.loaders.bigquery_dialect import script, staged_name
from clari_readiness.warehouse.loaders.bigquery_jobs import ConnectionLost, Jobs
from clari_readiness.warehouse.statements import statement

_BEGIN, _COMMIT, _ROLLBACK = "BEGIN TRANSACTION", "COMMIT", "ROLLBACK"
_SESSION_ID = re.compile(r"[\w+/=.:-]+")


class BigQuerySession:
    """A dataset, and who may load into it. Each statement is committed on its own, unless a transaction was begun.

    `before_commit` is called at the beginning of a transaction, and may refuse it; `turn` is held until its end.
    """

    def __init__(self, jobs: Jobs) -> None:
        self.name = jobs.name
        self.is_closed = False
        self.before_commit: Callable[[], None] | None = None
        self.turn = Lock()
        self._jobs = jobs
        self._id: str | None = None
        self._holds: Lock | None = None
        self._run = ""
        self._staged: tuple[str, ...] = ()

    @classmethod
    def open(cls, url: str, *, patience: float) -> Self:
        """Make a client, and look where the dataset is; no statement takes more than `patience` seconds.

        What stops it is a WarehouseError.
        """
        return cls(Jobs.open(url, patience=patience))

    @property
    def id(self) -> str:
        """What BigQuery calls the session in which transactions are; it is begun when it is asked for first."""
        if self._id is None:
            config = self._jobs.config()
            config.create_session = True
            self._id = str(self._ran("SELECT @@session_id", config).rows[0][0])
        return self._id

    def execute(self, text: str, params: Any = None, /) -> Fetched:
        """Run one or more statements of DuckDB's dialect, and return what the last of them brings."""
        if text == _BEGIN:
            return self._begin()
        if text in (_COMMIT, _ROLLBACK):
            return self._end(text)
        said, given = script(text), params or {}
        named = [parameter(name, given[name]) for name in said.names]
        text = said.text(self._jobs.dataset, self._run)
        return self._ran(text, self._jobs.config(named)) if said.is_of_catalog else self._in_turn(text, named)

    def said(self, text: str, *values: Any) -> Fetched:
        """Run a statement in BigQuery's own words, its parameters written `?`. Raises WarehouseError."""
        return self._in_turn(text, [parameter(None, value) for value in values])

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query of the team's, which is not run unless it only reads. Raises WarehouseError."""
        kind = self._jobs.planned(query)
        if kind != "SELECT":
            raise WarehouseError(f"{self.name}: it is no SELECT but a {kind}, and was not run")
        return self.said(query).rows

    def texts(self, name: str) -> str:
        """Return what `sql/<name>.sql` is in BigQuery's words, in this dataset."""
        return script(statement(name)).text(self._jobs.dataset, self._run)

    def described(self, table: str) -> str | None:
        """Return how a table is described in the catalog; None where there is none of that name."""
        with self._noticed():
            return self._jobs.described(table)

    def stage(self, tables: Iterable[str]) -> Mapping[str, str]:
        """Return what tables are to be called that this run stages in, until `drop_staged`."""
        self._run = uuid4().hex[:12]
        names = {table: staged_name(table, self._run) for table in tables}
        self._staged = tuple(names.values())
        return names

    def load(self, file: Path, table: str) -> int:
        """Upload a file of JSON, an object a line, and load it into an empty table; return how many rows came.

        Raises WarehouseError.
        """
        with self._noticed():
            return self._jobs.load(file, table)

    def drop_staged(self) -> None:
        """Drop what is staged; what cannot be dropped ends by itself."""
        names, self._staged = self._staged, ()
        for name in names:
            with suppress(WarehouseError):
                self._jobs.drop(name)

    def abort(self, session: str) -> None:
        """End a session, whosever it is, and with it its transaction; one that has ended is no error."""
        if _SESSION_ID.fullmatch(session):
            with suppress(WarehouseError):
                self._jobs.run(f"CALL BQ.ABORT_SESSION('{session}')", self._jobs.config())

    def close(self) -> None:
        """End the session: what was not committed is undone."""
        self._release()
        if self._id is not None:
            self.abort(self._id)
        self.drop_staged()
        self._let_go()
        self._jobs.close()

    def _begin(self) -> Fetched:
        self.turn.acquire()
        self._holds = self.turn
        try:
            answer = self._in_session(_BEGIN)
        except WarehouseError:
            self._gone()
            raise
        except BaseException:
            self._release()
            raise
        self._look_at_lease()
        return answer

    def _gone(self) -> None:
        """Let go of a session that takes no transaction; who took over, and ended it, is told rather than that."""
        self._release()
        self._let_go()
        if self.before_commit:
            self.before_commit()

    def _look_at_lease(self) -> None:
        try:
            if self.before_commit:
                self.before_commit()
        except BaseException:
            self._undo()
            raise

    def _end(self, text: str) -> Fetched:
        """Commit or roll back, if there is anything to; a session that is gone is ended by whoever enters the next."""
        if self._holds is None:
            return Fetched((), [])
        try:
            return Fetched((), []) if self.is_closed else self._in_session(f"{text} TRANSACTION")
        finally:
            self._release()

    def _undo(self) -> None:
        with suppress(WarehouseError):
            self._end(_ROLLBACK)

    def _release(self) -> None:
        held, self._holds = self._holds, None
        if held is not None:
            held.release()

    def _let_go(self) -> None:
        self._id, self.is_closed = None, True

    def _in_turn(self, text: str, parameters: Sequence[Any]) -> Fetched:
        if self._holds is not None:
            return self._in_session(text, parameters)
        return self._ran(text, self._jobs.config(parameters))

    def _in_session(self, text: str, parameters: Sequence[Any] = ()) -> Fetched:
        if self.is_closed:  # another session would commit it by itself
            raise WarehouseError(f"{self.name}: the session of this transaction is gone", way_out="run it again")
        config = self._jobs.config(parameters)
        config.connection_properties = [bigquery.ConnectionProperty("session_id", self.id)]
        return self._ran(text, config)

    def _ran(self, text: str, config: bigquery.QueryJobConfig) -> Fetched:
        with self._noticed():
            return self._jobs.run(text, config)

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """Let go of the session where nobody knows what came of a request."""
        try:
            yield
        except ConnectionLost:
            self._let_go()
            raise
