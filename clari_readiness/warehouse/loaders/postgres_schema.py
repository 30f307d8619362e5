"""Our tables, views and indexes in a PostgreSQL server: what is missing, or of another version, is made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.loaders.postgres_session import PostgresSession
from clari_readiness.warehouse.loading import transaction
from clari_readiness.warehouse.statements import statement


@dataclass(frozen=True)
class Found:
    """The schema in which a session makes tables, whether ours are there, and the mark of the texts that made them."""

    schema: str
    is_there: bool
    mark: str | None


def found(session: PostgresSession) -> Found:
    """Return what there is of ours. A session that could make no table anywhere is a WarehouseError."""
    schema, is_there, mark = session.said(statement("engines/postgres/schema_mark")).fetchall()[0]
    if schema is None:
        raise WarehouseError(
            f"{session.name}: search_path names no schema that is there",
            way_out="make one, or name another: ?options=-csearch_path%3Danalytics in `warehouse.url`",
        )
    return Found(schema, is_there, mark)


def make_tables(session: PostgresSession) -> None:
    """Make what is missing, in one transaction, unless these very texts have made it: that is told by a mark."""
    texts = statement("schema"), statement("engines/postgres/indexes")
    mark = f"schema {hashlib.sha256(''.join(texts).encode()).hexdigest()}"
    before = found(session)
    if before.mark == mark:
        return
    with transaction(session):
        session.said("SELECT pg_advisory_xact_lock(%(key)s)", {"key": lock_key("tables", before.schema)})
        for text in texts:
            session.execute(text)
        session.said(f"COMMENT ON TABLE forecast_entries IS '{mark}'")


def lock_key(what: str, schema: str) -> int:
    """Return the number by which the server knows a lock of ours."""
    return int.from_bytes(hashlib.sha256(f"clari-readiness {what} {schema}".encode()).digest()[:8], signed=True)
