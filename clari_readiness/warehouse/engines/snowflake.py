"""Snowflake, through its own connector: each statement with its tag and its time-out, and its parameters bound."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import snowflake.connector
from snowflake.connector.constants import FIELD_ID_TO_NAME
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import Error
from sqlglot import exp

from clari_readiness.errors import WarehouseError
from clari_readiness.warehouse.columns import Described, Kind
from clari_readiness.warehouse.engines.engine import Engine, Ran, Row, limited
from clari_readiness.warehouse.engines.rendering import Dialect
from clari_readiness.warehouse.engines.snowflake_names import in_lower_case
from clari_readiness.warehouse.engines.snowflake_url import Address, address_of
from clari_readiness.warehouse.statements import quoted, render
from clari_readiness.warehouse.tables import Tables

_APPLICATION = "clari-readiness"
_LOGIN_TIMEOUT = 10
_GRACE = 15
"""How many seconds after the server has given a statement up this side gives up as well."""

_KINDS = MappingProxyType(
    {
        "TEXT": Kind.TEXT,
        **dict.fromkeys(("NUMBER", "DECFLOAT"), Kind.EXACT),
        "FLOAT": Kind.FLOAT,
        # TIMESTAMP_TZ is none of these: a cast would drop its offset, so it goes by way of a zone, as texts do.
        **dict.fromkeys(("TIMESTAMP_NTZ", "TIMESTAMP_LTZ"), Kind.MOMENT),
    }
)
_OF_THE_SESSION = MappingProxyType(
    {"TIMEZONE": "UTC", "QUOTED_IDENTIFIERS_IGNORE_CASE": False, "CLIENT_TELEMETRY_ENABLED": False}
)
_WAYS_OUT = MappingProxyType(
    {
        606: "name a warehouse that this role may use: `warehouse.url` with ?warehouse=...",
        630: "raise `warehouse.timeout`, or take a larger warehouse",
        604: "raise `warehouse.timeout`, or take a larger warehouse",
        2003: "grant SELECT on it to the role of `warehouse.url`, and USAGE on its database and schema",
        3001: "grant SELECT on it to the role of `warehouse.url`",
    }
)
_LATE = (604, 630)
_WITHOUT_ZONE = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)


def _rewrite(node: exp.Expr) -> exp.Expr:
    """Mend what sqlglot leaves, and let tables whose names are in upper case be found."""
    rule = _RULES.get(type(node))
    return rule(node) if rule else node


def _mended_cast(node: exp.Cast) -> exp.Expr:
    """Mend a number of 128 bits, an empty list, and a cast that would drop the offset of a moment."""
    if isinstance(node.this, exp.Array) and not node.this.expressions:
        return exp.Anonymous(this="PARSE_JSON", expressions=[exp.Literal.string("[]")])
    if node.to.this == exp.DType.INT128:
        return exp.cast(node.this, "DECIMAL(37, 0)", dialect="duckdb")
    if node.to.this in _WITHOUT_ZONE and isinstance(node.this, exp.Cast):
        zoned = exp.Anonymous(this="CONVERT_TIMEZONE", expressions=[exp.Literal.string("UTC"), node.this])
        return exp.cast(zoned, exp.DType.TIMESTAMPNTZ)
    return node


def _seconds_between(epoch: exp.TimeToUnix) -> exp.Expr:
    """Say how far two moments lie apart: Snowflake subtracts none."""
    if not isinstance(epoch.this, exp.Sub):
        return epoch
    parts = [exp.Var(this="MICROSECOND"), epoch.this.expression, epoch.this.this]
    apart = exp.cast(exp.Anonymous(this="DATEDIFF", expressions=parts), exp.DType.DOUBLE)
    return exp.paren(exp.Div(this=apart, expression=exp.Literal.number(1_000_000), typed=True))


_RULES: Mapping[type[exp.Expr], Callable[[Any], exp.Expr]] = MappingProxyType(
    {exp.Cast: _mended_cast, exp.TimeToUnix: _seconds_between, exp.Table: in_lower_case}
)
DIALECT = Dialect("snowflake", "?", _rewrite)


class SnowflakeEngine:
    """A session with Snowflake. It has no read-only ones: what keeps it from writing is its role."""

    may_hold_ledger = True

    def __init__(self, connection: snowflake.connector.SnowflakeConnection, name: str, timeout: float) -> None:
        self._connection = connection
        self._name = name
        self._timeout = max(1, math.ceil(timeout))  # zero would be no time-out at all

    @property
    def name(self) -> str:
        """The account, the database and the schema."""
        return self._name

    def run(self, check: str, sql: str, params: Mapping[str, Any]) -> Ran:
        """Run a statement; the query history has the check's name as its tag."""
        rendered = DIALECT.render(sql, params)
        columns, rows = self._execute(check, rendered.sql, rendered.values)
        return Ran(rendered.sql, columns, rows)

    def describe(self, tables: Tables) -> Described | None:
        """Return the table or view of that name: the same, or the one that differs in upper and lower case alone."""
        database, found = self._columns(tables)
        named = dict.fromkeys((row[0], row[1]) for row in found)
        exact = [each for each in named if each[1] == tables.parts[-1]]
        for schema, table in [*exact, *named][:1]:
            columns = {row[2]: _kind(row[3]) for row in found if (row[0], row[1]) == (schema, table)}
            return Described(f"{database}{quoted(schema)}.{quoted(table)}", columns)
        return None

    def relations(self) -> tuple[str, ...]:
        """Return every table and view of the session's database that the role sees."""
        return tuple(str(row[0]) for row in self._catalogue("relations", ()))

    def may_write(self, tables: Tables) -> str:
        """Return the role by which this session may change rows of the table."""
        database, found = self._columns(tables)
        rows = self._catalogue("rights", found[0][:2], database) if found else ()
        return next((f"the role {row[0]}" for row in rows), "")

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _columns(self, tables: Tables) -> tuple[str, Sequence[Row]]:
        """Return the database as a prefix, empty for the session's own, and what the catalogue says of the table."""
        *schema, table = tables.parts
        database = ""
        if schema[1:]:
            there = self._catalogue("databases", (schema[0],))
            if not there or schema[2:]:
                return "", ()
            database = f"{quoted(str(there[0][0]))}."
        return database, self._catalogue("columns", (table, schema[-1] if schema else None), database)

    def _catalogue(self, name: str, values: Sequence[Any], database: str = "") -> tuple[Row, ...]:
        return self._execute(name, render(f"engines/snowflake/{name}", {"database": database}), values)[1]

    def _execute(self, check: str, sql: str, values: Sequence[Any]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
        told = {"QUERY_TAG": f"{_APPLICATION}: {check}", "STATEMENT_TIMEOUT_IN_SECONDS": str(self._timeout)}
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(sql, tuple(map(_bound, values)), timeout=self._timeout + _GRACE, _statement_params=told)
                columns = tuple(column.name for column in cursor.description or ())
                fetched = rows_of(cursor)
                return columns, tuple(tuple(map(_in_utc, row)) for row in limited(fetched, self._name, check))
        except Error as error:
            raise self._explained(check, error) from None

    def _explained(self, check: str, error: Error) -> WarehouseError:
        way_out = _WAYS_OUT.get(error.errno or 0, "")
        if error.errno in _LATE:
            return WarehouseError(
                f"{self._name}: the check {check} had no answer within {self._timeout} s", way_out=way_out
            )
        return WarehouseError(f"{self._name}: the check {check} cannot run: {in_a_line(error)}", way_out=way_out)


def connect(url: str, base: Path, *, patience: float, timeout: float) -> Engine:  # noqa: ARG001 - readers wait for nobody
    """Open a session at `snowflake://user@account/database/schema?warehouse=...`. What stops it is a WarehouseError."""
    address = address_of(url, base)
    connection = connected(address, network_timeout=max(1, math.ceil(timeout)) + _GRACE, session={})
    return SnowflakeEngine(connection, address.name, timeout)


def connected(
    address: Address, *, network_timeout: int, session: Mapping[str, Any]
) -> snowflake.connector.SnowflakeConnection:
    """Connect with an account; without an answer for `network_timeout` seconds a statement is given up on this side.

    `session` are parameters of the session besides those that every one of ours has. What stops it is a WarehouseError,
    which repeats no part of a secret.
    """
    try:
        return snowflake.connector.connect(
            **address.options,
            application="clari_readiness",
            paramstyle="qmark",
            login_timeout=_LOGIN_TIMEOUT,
            network_timeout=network_timeout,
            platform_detection_timeout_seconds=0.0,  # otherwise it asks the metadata addresses of three clouds
            log_imported_packages_in_telemetry=False,
            session_parameters={**_OF_THE_SESSION, **session},
        )
    except Error as error:
        failure = _refused(address.name, error)
    raise failure  # out here, so that no traceback chains back to the URL


def _refused(name: str, error: Error) -> WarehouseError:
    said = in_a_line(error)
    if isinstance(error, snowflake.connector.errors.OperationalError):
        return WarehouseError(f"{name} cannot be reached: {said}", way_out="look at the account in `warehouse.url`")
    return WarehouseError(
        f"{name}: {said}", way_out="look at what `warehouse.url` says of user, key, role and database"
    )


def rows_of(cursor: SnowflakeCursor) -> Iterator[tuple[Any, ...]]:
    """Yield rows, in which a list is one: Snowflake gives it as JSON."""
    lists = [FIELD_ID_TO_NAME[column.type_code] in ("ARRAY", "VARIANT") for column in cursor.description or ()]
    return (tuple(map(_listed, lists, row)) for row in cursor if isinstance(row, tuple))


def _listed(may_be: bool, value: Any) -> Any:  # noqa: FBT001 - one of two that are mapped
    return json.loads(value) if may_be and isinstance(value, str) and value.startswith("[") else value


def in_a_line(error: Error) -> str:
    """Return what Snowflake, or its connector, says, in one line."""
    return " ".join((error.raw_msg or error.msg or type(error).__name__).split())


def _kind(data_type: str) -> Kind:
    return _KINDS.get(data_type.upper(), Kind.OTHER)


def _bound(value: Any) -> Any:
    """Return a parameter as it is bound: a decimal as text, which the statement casts."""
    return str(value) if isinstance(value, Decimal) else value


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
