"""Secrets managers on loopback: a Vault and a Google Secret Manager that answer as those do, and one that is silent."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

Answer = tuple[int, Mapping[str, Any]]


@dataclass
class Heard:
    """A server's address, and the method, the path and the headers of each request that it was sent."""

    url: str
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [path for _, path, _ in self.requests]


@contextmanager
def serving(answer: Callable[[str, str, Mapping[str, str]], Answer], *, location: str = "") -> Iterator[Heard]:
    """Answer each request with a status and a JSON document; `location` is where a redirect leads."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.title(): value for name, value in self.headers.items()}
            heard.requests.append((self.command, self.path, headers))
            status, document = answer(self.command, self.path, headers)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Heard(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silence() -> Iterator[str]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@dataclass
class Vault:
    """The part of Vault's HTTP interface that a reader of secrets meets: mounts, KV of version 1 and 2, tokens.

    `kept` is full path -> versions of its data, None for a deleted one; `mounts` is path -> version of the engine.
    """

    token: str
    mounts: dict[str, str]
    kept: dict[str, list[Mapping[str, Any] | None]]
    sealed: bool = False
    forbidden: frozenset[str] = frozenset()

    def __call__(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        where, query = urlsplit(path).path.removeprefix("/v1/"), parse_qs(urlsplit(path).query)
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Token") != self.token or method != "GET":
            return 403, {"errors": ["permission denied", "invalid token"]}
        if where.startswith("sys/internal/ui/mounts/"):
            return self._mount(where.removeprefix("sys/internal/ui/mounts/"))
        mount = self._mount_of(where)
        if self.mounts.get(mount) != "2":
            data = self.kept.get(where, [None])[-1]
            return (200, {"data": data}) if data else (404, {"errors": []})
        if not where.startswith(f"{mount}/data/"):
            return 404, {"errors": [], "warnings": ["Invalid path for a versioned K/V secrets engine"]}
        return self._version(where.replace("/data/", "/", 1), query.get("version", ["0"])[0])

    def _mount_of(self, path: str) -> str:
        return next((mount for mount in self.mounts if path.startswith(mount + "/")), "")

    def _mount(self, path: str) -> Answer:
        mount = self._mount_of(path)
        if not mount or path in self.forbidden:
            return 403, {"errors": ["preflight capability check returned 403, please ensure client's policies grant"]}
        options = {"version": "2"} if self.mounts[mount] == "2" else None
        return 200, {"data": {"path": mount + "/", "type": "kv", "options": options}}

    def _version(self, path: str, asked: str) -> Answer:
        versions = self.kept.get(path, [])
        number = int(asked) or len(versions)
        if not 0 < number <= len(versions):
            return 404, {"errors": []}
        data = versions[number - 1]
        said = {"data": data, "metadata": {"version": number, "deletion_time": "" if data else "2026-11-01T00:00:00Z"}}
        return (200 if data else 404), {"data": said}


@dataclass
class GoogleSecretManager:
    """The part of Google's REST interface that a reader of secrets meets.

    `kept` is full name of a version -> its content. Who asks shows an assertion that `public_key` must verify.
    """

    kept: dict[str, bytes]
    public_key: str
    refused: Answer | None = None

    def __call__(self, _method: str, path: str, headers: Mapping[str, str]) -> Answer:
        try:
            jwt.decode(headers.get("Authorization", "").removeprefix("Bearer "), certs=self.public_key)
        except (ValueError, GoogleAuthError):
            return refusing(401, "UNAUTHENTICATED")
        if self.refused:
            return self.refused
        name = urlsplit(path).path.removeprefix("/v1/").removesuffix(":access")
        if name not in self.kept:
            return refusing(404, "NOT_FOUND")
        return 200, {"name": name, "payload": {"data": base64.b64encode(self.kept[name]).decode()}}


def refusing(code: int, status: str) -> Answer:
    """Return how Google refuses."""
    return code, {"error": {"code": code, "message": f"the service's own words: {status}", "status": status}}
