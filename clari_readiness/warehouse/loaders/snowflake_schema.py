"""Our tables and views in Snowflake: what is missing, or of another version, is made. Each statement is for itself."""

from __future__ import annotations

import hashlib

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.loaders.leased import Found
from clari_readiness.warehouse.loaders.snowflake_dialect import script
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from clari_readiness.warehouse.statements import statement


def found(session: SnowflakeSession) -> Found:
    """Return what there is of ours. A session that is in no schema is a WarehouseError."""
    schema, *there = session.said(statement("engines/snowflake/schema_mark")).fetchall()[0]
    if schema is None:
        raise WarehouseError(
            f"{session.name}: the session is in no schema",
            way_out="name one that is there, with its database: snowflake://user@account/database/schema",
        )
    return Found(*there)


def make_tables(session: SnowflakeSession) -> None:
    """Make what is missing, unless these very texts have made it: that is told by a mark."""
    said = [each.sql for each in script(statement("schema"))]
    mark = f"schema {hashlib.sha256(''.join(said).encode()).hexdigest()}"
    if found(session).mark == mark:
        return
    for each in said:
        session.said(each)
    session.said(f"COMMENT ON TABLE forecast_entries IS '{mark}'")
