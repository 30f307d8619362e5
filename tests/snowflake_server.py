"""A stand-in for Snowflake that its own connector talks to over a socket: fakesnow, behind a door that asks who comes.

fakesnow lets everybody in, gives nobody a role and never gives a statement up. The door does as Snowflake does: with a
wrong password nobody comes in, `LOADER` is a role that may write, a statement ends after its time-out. What Snowflake
knows of its sessions, `Sessions` does.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import uuid4

import duckdb
import pyarrow as pa
import uvicorn
from snowflake.connector import connect
from starlette.types import Receive, Scope, Send

from clari_readiness.warehouse.engines.snowflake_url import address_of
from tests.elsewhere import Column, reading, tables_of
from tests.fakesnow_mended import mend, with_arrays
from tests.snowflake_sessions import Session, Sessions

fake: Any = import_module("fakesnow.server")  # `fakesnow.server` is a function as well


USER, PASSWORD, WRITES = "reader", "snow & flake/@", "LOADER"
_SPELLED_OUT = {
    "information_schema.table_privileges": "_fs_global.main.table_privileges",
    "is_role_in_session(grantee)": "grantee = '{role}'",
}
_FAILED = "FAILED_WITH_ERROR"
_WRONG_PASSWORD = ("390100", "Incorrect username or password was specified.")
_LATE = ("000630", "Statement reached its statement or warehouse timeout of {} second(s) and was canceled.")


@dataclass(frozen=True)
class Asked:
    """A statement that came, and what the session said beside it."""

    sql: str
    tag: str
    timeout: str


@dataclass
class Door:
    """What stands before fakesnow; `asked` is every statement that came.

    The next statement that begins with what is in `refused` gets that answer, and what is uploaded next to an address
    in `swallowed` is lost.
    """

    asked: list[Asked] = field(default_factory=list)
    sessions: Sessions = field(default_factory=lambda: Sessions(fake))
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    swallowed: list[str] = field(default_factory=list)

    def refuse(self, statement: str, code: str, message: str) -> None:
        self.refused[statement] = code, message

    def swallow(self, path: str) -> None:
        self.swallowed.append(path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/fs_bucket/"):  # what is uploaded into a stage
            lost = [path for path in self.swallowed if scope["path"].startswith(path)]
            self.swallowed = [path for path in self.swallowed if path not in lost]
            await (_nothing(receive, send) if lost else fake.app(scope, receive, send))
            return
        body = await _body(scope, receive)
        if scope["path"].endswith("/login-request"):
            await self._let_in(scope, body, send)
        elif scope["path"].endswith("/query-request"):
            await self._answer(scope, body, send)
        else:
            await fake.app(scope, _given(body), send)
            if b"delete=true" in scope["query_string"]:
                self.sessions.leave(_token(scope))

    async def _let_in(self, scope: Scope, body: dict[str, Any], send: Send) -> None:
        if body["data"].get("PASSWORD") != PASSWORD:
            await _refuse(send, *_WRONG_PASSWORD)
            return
        before = set(fake.sessions)
        await fake.app(scope, _given(body), send)
        said = dict(parse_qsl(scope["query_string"].decode()))
        for token in set(fake.sessions) - before:
            self.sessions.enter(token, said.get("roleName", ""), said.get("warehouse", ""))

    async def _answer(self, scope: Scope, body: dict[str, Any], send: Send) -> None:
        token = _token(scope)
        said = body.get("parameters") or {}
        self.asked.append(
            Asked(body["sqlText"], said.get("QUERY_TAG", ""), said.get("STATEMENT_TIMEOUT_IN_SECONDS", ""))
        )
        for begins in [begins for begins in self.refused if body["sqlText"].startswith(begins)]:
            await _refuse(send, *self.refused.pop(begins))
            return
        session = self.sessions.of(token)
        with session.asking(body["sqlText"]) as asked:
            for ours, theirs in _SPELLED_OUT.items():
                body["sqlText"] = body["sqlText"].replace(ours, theirs.format(role=session.role))
            body["sqlText"] = with_arrays(self.sessions.said(session, body["sqlText"]))
            asked.state = await self._answered(scope, body, send, session)
        session.noted(asked, self.sessions.transactions)

    async def _answered(self, scope: Scope, body: dict[str, Any], send: Send, session: Session) -> str:
        """Have fakesnow answer, and return how that ended, as the history has it."""
        said = body.get("parameters") or {}
        seconds = int(said.get("STATEMENT_TIMEOUT_IN_SECONDS", 0)) or None
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        answering = asyncio.ensure_future(fake.app(scope, _given(body), keep))
        done, _ = await asyncio.wait({answering}, timeout=seconds)
        if not done:
            session.fake._duck_conn.interrupt()
            await asyncio.wait({answering})
            await _refuse(send, _LATE[0], _LATE[1].format(seconds))
            return _FAILED
        if sent[0]["status"] == 500:  # the connector would ask again and again
            await _refuse(send, "261000", f"fakesnow cannot do this: {sent[1]['body'].decode()[-2000:]}")
            return _FAILED
        for message in sent:
            await send(message)
        return "SUCCESS" if json.loads(sent[1]["body"]).get("success") else _FAILED


def _token(scope: Scope) -> str:
    return str(dict(scope["headers"]).get(b"authorization", b"").decode()[17:-1])


async def _nothing(receive: Receive, send: Send) -> None:
    """Say that all is well, and keep nothing."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _body(scope: Scope, receive: Receive) -> dict[str, Any]:
    raw, more = b"", True
    while more:
        message = await receive()
        raw, more = raw + message.get("body", b""), message.get("more_body", False)
    headers = dict(scope["headers"])
    scope["headers"] = [
        (name, value) for name, value in scope["headers"] if name not in {b"content-encoding", b"content-length"}
    ]
    raw = gzip.decompress(raw) if headers.get(b"content-encoding") == b"gzip" else raw
    return dict(json.loads(raw)) if raw else {}


def _given(body: dict[str, Any]) -> Receive:
    async def receive() -> Any:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    return receive


async def _refuse(send: Send, code: str, message: str) -> None:
    answer = {"data": {"errorCode": code, "sqlState": "57014"}, "code": code, "message": message, "success": False}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


@dataclass(frozen=True)
class Snowflake:
    """A server that listens."""

    port: int
    door: Door

    def url(self, database: str, schema: str = "PUBLIC", *, password: str = PASSWORD, **more: str) -> str:
        said = {"host": "127.0.0.1", "port": str(self.port), "protocol": "http", **more}
        query = "&".join(f"{name}={value}" for name, value in said.items())
        return f"snowflake://{USER}:{quote(password, safe='')}@acme/{database}/{schema}?{query}"

    def execute(self, url: str, *statements: str) -> None:
        """Run statements of the team's own in the database of a URL."""
        address = address_of(url, Path())
        with connect(**address.options, network_timeout=5, platform_detection_timeout_seconds=0.0) as connection:
            for each in statements:
                connection.cursor().execute(each)


@contextmanager
def snowflake_server() -> Iterator[Snowflake]:
    """Listen on a port of loopback until the end."""
    door = Door()
    fake.shared_fs.duck_conn.execute(
        "CREATE TABLE IF NOT EXISTS _fs_global.main.table_privileges"
        " (table_schema VARCHAR, table_name VARCHAR, grantee VARCHAR, privilege_type VARCHAR)"
    )
    mend(fake.shared_fs.duck_conn)
    server = uvicorn.Server(uvicorn.Config(door, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield Snowflake(server.servers[0].sockets[0].getsockname()[1], door)
    finally:
        server.should_exit = True
        thread.join()


def empty_database(server: Snowflake) -> str:
    """Return the URL of a database of its own, with nothing in it."""
    database = f"T{uuid4().hex[:12].upper()}"
    fake.shared_fs.connect(database, "PUBLIC").close()
    return server.url(database)


def into_snowflake(source: Path | duckdb.DuckDBPyConnection, server: Snowflake) -> str:
    """Return the URL of a database of its own that holds what a DuckDB file does, its names in upper case."""
    url = empty_database(server)
    database = address_of(url, Path()).options["database"]
    with reading(source, "UTC") as read, fake.shared_fs.duck_conn.cursor() as target:
        for schema, table, columns, rows in tables_of(read):
            at = "PUBLIC" if schema == "main" else _spelled(schema)
            target.execute(f'CREATE SCHEMA IF NOT EXISTS {database}."{at}"')
            relation = f'{database}."{at}"."{_spelled(table)}"'
            typed = ", ".join(f'"{_spelled(name)}" {kind}' for name, kind in columns)
            target.execute(f"CREATE TABLE {relation} ({typed})")
            _fill(target, relation, columns, rows)
            target.execute(
                "INSERT INTO _fs_global.main.table_privileges VALUES (?, ?, ?, 'SELECT'), (?, ?, ?, 'INSERT')",
                [at, _spelled(table), "READER", at, _spelled(table), WRITES],
            )
    return url


def _spelled(name: str) -> str:
    """Return a name as Snowflake keeps it: what needs no quotes is in upper case."""
    return (name.upper() if name.isidentifier() else name).replace('"', '""')


def _fill(target: duckdb.DuckDBPyConnection, relation: str, columns: list[Column], rows: list[tuple[Any, ...]]) -> None:
    if rows:
        named = {f"c{at}": [row[at] for row in rows] for at in range(len(columns))}
        target.register("filled", pa.table(named))
        shown = ", ".join(f"CAST(c{at} AS {kind})" for at, (_, kind) in enumerate(columns))
        target.execute(f"INSERT INTO {relation} SELECT {shown} FROM filled")  # noqa: S608 - ours
        target.unregister("filled")
