"""The results of export jobs from a loopback socket, in a process of its own: the job's id is the document's name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.parse import unquote


class _Results(BaseHTTPRequestHandler):
    """Answers `GET /export/jobs/<document>/results` with the document, straight from the page cache."""

    protocol_version = "HTTP/1.1"

    def __init__(self, directory: Path, *args: object) -> None:
        self._directory = directory
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send the whole file."""
        name = unquote(self.path.rpartition("/export/jobs/")[2].partition("/")[0])
        path = self._directory / f"{Path(name).name}.json"
        if not path.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        with path.open("rb") as file:
            self.wfile.flush()
            self.connection.sendfile(file)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve the directory's documents, and give the address."""
    command = [sys.executable, "-m", "benchmarks.serving", str(directory)]
    process = Popen(command, cwd=Path(__file__).parents[1], stdout=PIPE, text=True)  # noqa: S603 - ours
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def main(directory: str) -> None:
    """Serve until told to stop; the port is the first line of the output."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Results, Path(directory))) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
