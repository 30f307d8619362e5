"""MON-04: a dashboard's definition, and its address."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.gate.dashboard import may_be_asked, problem_of, silence_of
from clari_readiness.monitoring import COMPLETION_METRICS

OURS = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboard.json"
Serve = Callable[[int], str]


def dashboard(*queries: str, key: str = "expr") -> dict[str, Any]:
    return {"panels": [{"type": "row", "panels": [{"title": "x", "targets": [{key: query} for query in queries]}]}]}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    def write(document: Any) -> Path:
        file = tmp_path / "dashboard.json"
        file.write_text(document if isinstance(document, str) else json.dumps(document))
        return file

    return write


def test_the_shipped_one_shows_it() -> None:
    assert problem_of(OURS, COMPLETION_METRICS) == ""


@pytest.mark.parametrize("key", ["expr", "query", "rawSql"])
def test_one_of_a_team_s_own_shows_it_by_the_metric_that_it_names(written: Callable[[Any], Path], key: str) -> None:
    file = written({"dashboard": dashboard("avg(our_ratio) * 100", key=key)})
    assert problem_of(file, ("our_ratio",)) == ""
    assert problem_of(file, COMPLETION_METRICS).startswith("has no panel with clari_export_completion_ratio or ")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ({"panels": []}, "has no panel that asks for anything"),
        ({"title": "our_ratio", "panels": [{"title": "our_ratio"}]}, "has no panel that asks for anything"),
        ({**dashboard("up"), "title": "our_ratio"}, "has no panel with our_ratio"),
        (dashboard("our_ratio_2", "not_our_ratio"), "has no panel with our_ratio"),
    ],
)
def test_what_is_wrong_with_one_is_said(written: Callable[[Any], Path], document: Any, said: str) -> None:
    assert problem_of(written(document), ("our_ratio",)) == said


def test_a_file_that_is_not_there_or_a_directory_is_said(tmp_path: Path) -> None:
    assert problem_of(tmp_path / "nowhere.json", ("x",)) == "cannot be read (No such file or directory)"
    assert problem_of(tmp_path, ("x",)) == "cannot be read (Is a directory)"
    (tmp_path / "latin").write_bytes(b'{"title": "\xe9"}')
    assert problem_of(tmp_path / "latin", ("x",)) == "is not UTF-8"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A real server on loopback that answers everything with one status."""
    servers: list[HTTPServer] = []

    def start(status: int) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append((self.path, self.headers))
                self.send_response(status)
                self.send_header("Location", "https://elsewhere.example.com/login")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/d/clari?orgId=1"

    asked.clear()
    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


asked: list[tuple[str, Any]] = []


@pytest.mark.parametrize("status", [200, 302, 401, 403])
def test_an_address_answers_be_it_with_a_login(serve: Serve, status: int) -> None:
    assert silence_of(serve(status)) == ""
    ((path, headers),) = asked
    assert path == "/d/clari?orgId=1"
    assert "apikey" not in headers


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_address_that_answers_with_an_error_does_not_answer(serve: Serve, status: int) -> None:
    assert silence_of(serve(status)) == f"it answers with HTTP {status}"


def test_an_address_where_nobody_is_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "refused the connection" in silence_of(f"http://127.0.0.1:{port}/d/clari")


def test_only_a_live_run_asks_another_machine() -> None:
    assert may_be_asked("https://grafana.example.com/d/x", live=True)
    assert not may_be_asked("https://grafana.example.com/d/x", live=False)
    assert may_be_asked("http://localhost:3000/d/x", live=False)
