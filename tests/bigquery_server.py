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
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.bigquery_engine import Engine, Found, LateError
from tests.bigquery_uploads import Uploads
from tests.bigquery_words import RefusedError, worded
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
_BOUND = {"BOOL": lambda value: value == "true", "INT64": int, "FLOAT64": float}


@dataclass
class BigQuery:
    """What listens at `port`; `asked` is the body of every query, `writers` who may change rows of which dataset.

    `refused` and `lost` are told by how a statement begins: once, it is refused (status, reason, message), or it is run
    and its answer is lost.
    """

    database: duckdb.DuckDBPyConnection
    port: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    writable: set[str] = field(default_factory=set)
    refused: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    answered: dict[str, JSONResponse] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = Engine(self.database)
        self.uploads = Uploads(self.database)

    def url(self, project: str, dataset: str = "main") -> str:
        return f"bigquery://{project}/{dataset}?endpoint=http://127.0.0.1:{self.port}"

    async def query(self, request: Request) -> JSONResponse:
        """Run a job; a request of the same id is the same job."""
        body = await request.json()
        if body["requestId"] in self.answered:
            return self.answered[body["requestId"]]
        self.asked.append(body)
        begins = next((begins for begins in self.refused if body["query"].startswith(begins)), None)
        if begins is not None:
            return _error(*self.refused.pop(begins))
        answer = await run_in_threadpool(self._answer, body)
        self.answered[body["requestId"]] = answer
        lost = next((begins for begins in self.lost if body["query"].startswith(begins)), None)
        if lost is not None:
            self.lost.remove(lost)
            return _error(503, "backendError", "the answer was lost")
        return answer

    def _answer(self, body: dict[str, Any]) -> JSONResponse:
        at = body["defaultDataset"]
        session = self.engine.new_session() if body.get("createSession") else _session(body)
        try:
            found = self.engine.run(
                body["query"],
                _given(body.get("queryParameters", ())),
                f"{at['projectId']}.{at['datasetId']}",
                session,
                int(body["jobTimeoutMs"]) / 1_000,
            )
        except LateError:
            return _error(400, "timeout", f"Job timed out after {body['jobTimeoutMs']} ms")
        except RefusedError as error:
            return _error(400, "invalidQuery", str(error))
        return JSONResponse(_told_of(found, at["projectId"]))

    async def planned(self, request: Request) -> JSONResponse:
        """Say what kind of statement it is; no other job is begun in this way."""
        body = await request.json()
        assert body["configuration"]["dryRun"] is True
        try:
            kind = worded(body["configuration"]["query"]["query"])[0].kind
        except RefusedError as error:
            return _error(400, "invalidQuery", str(error))
        statistics = {"query": {"statementType": kind}}
        return JSONResponse({**body, "statistics": statistics, "status": {"state": "DONE"}})

    async def upload(self, request: Request) -> Response:
        """Take a file in one piece, or say where its pieces go."""
        if request.query_params["uploadType"] == "multipart":
            begun = self.uploads.whole(request.headers["content-type"], await request.body())
            if begun is None:
                return _error(409, "duplicate", "Already Exists: Job")
            lost, self.uploads.lose = self.uploads.lose, False
            return _error(503, "backendError", "the answer was lost") if lost else JSONResponse(begun)
        name = self.uploads.begin(await request.json())
        return Response(headers={"location": f"http://127.0.0.1:{self.port}/pieces/{name}"})

    async def piece(self, request: Request) -> Response:
        name, said = request.path_params["name"], request.headers["content-range"]
        until = self.uploads.add(name, await request.body(), said)
        if until is not None:
            return Response(status_code=308, headers={"range": f"bytes=0-{until - 1}"})
        return JSONResponse(self.uploads.end(name))

    def job(self, request: Request) -> JSONResponse:
        found = self.uploads.jobs.get(request.path_params["job"])
        return JSONResponse(found) if found else _error(404, "notFound", "Not found: Job")

    def dataset(self, request: Request) -> JSONResponse:
        place = request.path_params
        named = "SELECT 1 FROM information_schema.schemata WHERE catalog_name = ? AND schema_name = ?"
        if not self._ask(named, place["project"], place["dataset"]):
            return _error(404, "notFound", f"Not found: Dataset {place['project']}:{place['dataset']}")
        reference = {"projectId": place["project"], "datasetId": place["dataset"]}
        return JSONResponse({"datasetReference": reference, "location": "EU"})

    def table(self, request: Request) -> JSONResponse:
        place = request.path_params
        relation = ".".join(_quoted(place[each]) for each in ("project", "dataset", "table"))
        try:
            described = self.database.cursor().execute(f"DESCRIBE {relation}").fetchall()
        except duckdb.CatalogException:
            return _error(404, "notFound", f"Not found: Table {relation}")
        commented = "SELECT comment FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = ?"
        comments = self._ask(commented, place["project"], place["dataset"], place["table"])
        return JSONResponse(
            {
                "tableReference": _reference(**place),
                "schema": {"fields": [_column(str(row[0]), str(row[1])) for row in described]},
                **({"description": comments[0][0]} if comments and comments[0][0] else {}),
            }
        )

    def dropped(self, request: Request) -> Response:
        place = request.path_params
        relation = ".".join(_quoted(place[each]) for each in ("project", "dataset", "table"))
        self.database.cursor().execute(f"DROP TABLE IF EXISTS {relation}")
        return Response(status_code=204)

    def tables(self, request: Request) -> JSONResponse:
        place = request.path_params
        named = (
            "SELECT table_name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ?"
            " ORDER BY table_name"
        )
        found = [row[0] for row in self._ask(named, place["project"], place["dataset"])]
        if not found:
            return _error(404, "notFound", f"Not found: Dataset {place['project']}:{place['dataset']}")
        return JSONResponse({"tables": [{"tableReference": _reference(**place, table=name)} for name in found]})

    async def rights(self, request: Request) -> JSONResponse:
        wanted = (await request.json())["permissions"]
        return JSONResponse({"permissions": wanted if request.path_params["project"] in self.writable else []})

    def _ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.database.cursor().execute(sql, values).fetchall()


def _session(body: dict[str, Any]) -> str:
    said = {each["key"]: each["value"] for each in body.get("connectionProperties", ())}
    return str(said.get("session_id", ""))


def _told_of(found: Found, project: str) -> dict[str, Any]:
    rows = [{"f": [{"v": _told(value)} for value in row]} for row in found.rows]
    return {
        "kind": "bigquery#queryResponse",
        "jobComplete": True,
        "jobReference": {"projectId": project, "jobId": uuid4().hex, "location": "EU"},
        "schema": {"fields": [_column(*column) for column in found.columns]},
        "rows": rows,
        "totalRows": str(len(rows)),
        **({} if found.changed is None else {"numDmlAffectedRows": str(found.changed)}),
    }


def _given(parameters: list[dict[str, Any]]) -> dict[str, Any] | list[Any]:
    if all("name" in each for each in parameters):
        return {each["name"]: _value(each) for each in parameters}
    return [_value(each) for each in parameters]


def _value(given: dict[str, Any]) -> Any:
    kind, value = given["parameterType"]["type"], given["parameterValue"]
    if kind == "ARRAY":
        return [each["value"] for each in value.get("arrayValues", ())]
    written = value.get("value")
    return None if written is None else _BOUND.get(kind, lambda value: value)(written)


def _reference(project: str, dataset: str, table: str) -> dict[str, str]:
    return {"projectId": project, "datasetId": dataset, "tableId": table}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column(name: str, kind: str) -> dict[str, str]:
    mode = "REPEATED" if kind.endswith("[]") else "NULLABLE"
    kind = kind.removesuffix("[]")
    return {"name": name, "type": "NUMERIC" if kind.startswith("DECIMAL") else _TYPES[kind], "mode": mode}


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [{"v": _told(each)} for each in value]
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
    dataset = f"{at}/datasets/{{dataset}}"
    tables = f"{dataset}/tables"
    routes = [
        Route(f"{at}/queries", stand_in.query, methods=["POST"]),
        Route(f"{at}/jobs", stand_in.planned, methods=["POST"]),
        Route(f"{at}/jobs/{{job}}", stand_in.job),
        Route(f"/upload{at}/jobs", stand_in.upload, methods=["POST"]),
        Route("/pieces/{name}", stand_in.piece, methods=["PUT"]),
        Route(f"{tables}/{{table}}:testIamPermissions", stand_in.rights, methods=["POST"]),
        Route(f"{tables}/{{table}}", stand_in.dropped, methods=["DELETE"]),
        Route(f"{tables}/{{table}}", stand_in.table),
        Route(tables, stand_in.tables),
        Route(dataset, stand_in.dataset),
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


def empty_dataset(server: BigQuery) -> str:
    """Return the URL of a dataset with nothing in it, in a project of its own."""
    project = f"t{uuid4().hex[:12]}"
    server.database.cursor().execute(f"ATTACH ':memory:' AS {project}")
    return server.url(project)


def into_bigquery(source: Path | duckdb.DuckDBPyConnection, server: BigQuery) -> str:
    """Return the URL of a project of its own that holds what a DuckDB file does; its schemas are datasets."""
    url = empty_dataset(server)
    project = url.removeprefix("bigquery://").partition("/")[0]
    with reading(source, "UTC") as read, server.database.cursor() as target:
        for schema, table, columns, rows in tables_of(read):
            target.execute(f"CREATE SCHEMA IF NOT EXISTS {project}.{_quoted(schema)}")
            relation = f"{project}.{_quoted(schema)}.{_quoted(table)}"
            typed = ", ".join(f"{_quoted(name)} {kind}" for name, kind in columns)
            target.execute(f"CREATE TABLE {relation} ({typed})")
            if rows:
                marks = ", ".join("?" * len(columns))
                target.executemany(f"INSERT INTO {relation} VALUES ({marks})", rows)  # noqa: S608 - ours
    return url
