"""A stand-in for BigQuery that its own client talks to over a socket: each statement is parsed and run by DuckDB.

There is no local engine of BigQuery's. What this proves is that the statements parse as BigQuery's and, said in
DuckDB's dialect again, answer the same; and that the client is used as it wants to be. The opt-in test of a real one
is in tests/warehouse/test_bigquery.py.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import sqlglot
import uvicorn
from sqlglot import exp
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.elsewhere import reading, tables_of

_TYPES = {
    "VARCHAR": "STRING",
    "DOUBLE": "FLOAT",
    "BIGINT": "INTEGER",
    "INTEGER": "INTEGER",
    "HUGEINT": "BIGNUMERIC",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "TIMESTAMP": "DATETIME",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
}
_DECIMALS = (exp.DType.DECIMAL, exp.DType.BIGDECIMAL)
_BOUND = {"BOOL": lambda value: value == "true", "INT64": int}


@dataclass
class BigQuery:
    """What listens at `port`; `asked` is the body of every query, `writers` who may change rows of which dataset."""

    database: duckdb.DuckDBPyConnection
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    writable: set[str] = field(default_factory=set)

    def url(self, project: str, dataset: str = "main") -> str:
        return f"bigquery://{project}/{dataset}?endpoint=http://127.0.0.1:{self.port}"

    async def query(self, request: Request) -> JSONResponse:
        body = await request.json()
        self.asked.append(body)
        given = {each["name"]: each for each in body.get("queryParameters", ())}
        sql, names = _in_duckdb(body["query"])
        values = {name: _value(given[name]) for name in names}
        cursor = self.database.cursor()
        at = body["defaultDataset"]
        cursor.execute(f"USE {at['projectId']}.{at['datasetId']}; SET TimeZone = 'UTC'")
        late = threading.Timer(int(body["jobTimeoutMs"]) / 1_000, cursor.interrupt)
        late.start()
        try:
            found = await run_in_threadpool(cursor.execute, sql, values)
            rows = [{"f": [{"v": _told(value)} for value in row]} for row in found.fetchall()]
            schema = [_column(str(name), str(kind)) for name, kind, *_ in found.description or ()]
        except duckdb.InterruptException:
            return _error(400, "timeout", f"Job timed out after {body['jobTimeoutMs']} ms")
        except duckdb.Error as error:
            return _error(400, "invalidQuery", str(error).partition("\n")[0])
        finally:
            late.cancel()
        return JSONResponse(
            {
                "kind": "bigquery#queryResponse",
                "jobComplete": True,
                "jobReference": {"projectId": at["projectId"], "jobId": uuid4().hex, "location": "EU"},
                "schema": {"fields": schema},
                "rows": rows,
                "totalRows": str(len(rows)),
            }
        )

    def table(self, request: Request) -> JSONResponse:
        place = request.path_params
        relation = ".".join(_quoted(place[each]) for each in ("project", "dataset", "table"))
        described = self.database.cursor().execute(f"DESCRIBE {relation}").fetchall()
        return JSONResponse(
            {
                "tableReference": _reference(**place),
                "schema": {"fields": [_column(str(row[0]), str(row[1])) for row in described]},
            }
        )

    def tables(self, request: Request) -> JSONResponse:
        place = request.path_params
        named = (
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ?"
            " ORDER BY table_name"
        )
        asked = [place["project"], place["dataset"]]
        found = [row[0] for row in self.database.cursor().execute(named, asked).fetchall()]
        if not found:
            return _error(404, "notFound", f"Not found: Dataset {place['project']}:{place['dataset']}")
        return JSONResponse({"tables": [{"tableReference": _reference(**place, table=name)} for name in found]})

    async def rights(self, request: Request) -> JSONResponse:
        wanted = (await request.json())["permissions"]
        return JSONResponse({"permissions": wanted if request.path_params["project"] in self.writable else []})


@lru_cache(maxsize=500)
def _in_duckdb(sql: str) -> tuple[str, frozenset[str]]:
    """Return a statement of BigQuery's in DuckDB's dialect, and the names of its parameters."""
    tree = _said_again(sqlglot.parse_one(sql, read="bigquery"))
    return tree.sql("duckdb"), frozenset(node.name for node in tree.find_all(exp.Parameter))


def _said_again(tree: exp.Expr) -> exp.Expr:
    """Say what DuckDB calls otherwise: the hash of a row, and rows that are compared."""
    for node in list(tree.walk()):
        if isinstance(node, exp.FarmFingerprint) or (
            isinstance(node, exp.Anonymous) and node.name == "FARM_FINGERPRINT"
        ):
            node.replace(exp.Anonymous(this="hash", expressions=[_row_of(node)]))
        if isinstance(node, exp.DataType) and not node.expressions and node.this in _DECIMALS:
            node.replace(exp.DataType.build("DECIMAL(38, 9)", dialect="duckdb"))
        if isinstance(node, exp.Select) and node.args.get("kind") == "STRUCT":
            node.set("kind", None)
            node.set("expressions", [exp.Anonymous(this="row", expressions=node.expressions)])
        if isinstance(node, exp.In) and isinstance(node.this, exp.Struct):
            node.set("this", exp.Anonymous(this="row", expressions=node.this.expressions))
    return tree


def _row_of(node: exp.Expr) -> exp.Expr:
    struct = node.find(exp.Struct)
    assert struct is not None
    return exp.Anonymous(this="row", expressions=[each.copy() for each in struct.expressions])


def _value(given: dict[str, Any]) -> Any:
    written = given["parameterValue"].get("value")
    return _BOUND.get(given["parameterType"]["type"], lambda value: value)(written)


def _reference(project: str, dataset: str, table: str) -> dict[str, str]:
    return {"projectId": project, "datasetId": dataset, "tableId": table}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column(name: str, kind: str) -> dict[str, str]:
    return {"name": name, "type": "NUMERIC" if kind.startswith("DECIMAL") else _TYPES[kind], "mode": "NULLABLE"}


def _told(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else str(round(value.astimezone(UTC).timestamp() * 1_000_000))
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


def _error(status: int, reason: str, message: str) -> JSONResponse:
    error = {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}
    return JSONResponse({"error": error}, status_code=status)


@contextmanager
def bigquery_server() -> Iterator[BigQuery]:
    """Listen on a port of loopback until the end."""
    stand_in = BigQuery(duckdb.connect(":memory:"))
    at = "/bigquery/v2/projects/{project}"
    tables = f"{at}/datasets/{{dataset}}/tables"
    routes = [
        Route(f"{at}/queries", stand_in.query, methods=["POST"]),
        Route(f"{tables}/{{table}}:testIamPermissions", stand_in.rights, methods=["POST"]),
        Route(f"{tables}/{{table}}", stand_in.table),
        Route(tables, stand_in.tables),
    ]
    config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    stand_in.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield stand_in
    finally:
        server.should_exit = True
        thread.join()
        stand_in.database.close()


def into_bigquery(source: Path | duckdb.DuckDBPyConnection, server: BigQuery) -> str:
    """Return the URL of a project of its own that holds what a DuckDB file does; its schemas are datasets."""
    project = f"t{uuid4().hex[:12]}"
    server.database.cursor().execute(f"ATTACH ':memory:' AS {project}")
    with reading(source, "UTC") as read, server.database.cursor() as target:
        for schema, table, columns, rows in tables_of(read):
            target.execute(f"CREATE SCHEMA IF NOT EXISTS {project}.{_quoted(schema)}")
            relation = f"{project}.{_quoted(schema)}.{_quoted(table)}"
            typed = ", ".join(f"{_quoted(name)} {kind}" for name, kind in columns)
            target.execute(f"CREATE TABLE {relation} ({typed})")
            if rows:
                marks = ", ".join("?" * len(columns))
                target.executemany(f"INSERT INTO {relation} VALUES ({marks})", rows)  # noqa: S608 - ours
    return server.url(project)
