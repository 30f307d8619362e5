"""Cassettes: scrubbed when they are made, matched whole when they are replayed, and never a reason to reach out."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random

import pytest

from clari_readiness.client import ClariClient, connect
from clari_readiness.errors import NotVerified, ReadinessError
from clari_readiness.gate.recordings import Recordings, Scrubbing
from clari_readiness.model.exports import ExportRequest
from clari_readiness.model.time import SteppedClock
from clari_readiness.redact import Redactor, variants
from clari_readiness.secrets import fixture_key
from clari_readiness.shipped import shipped

KEY = "a-key-that-must-not-be-kept-8f3a"
DOCUMENTED = "https://api.clari.com/v4"
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Answers(BaseHTTPRequestHandler):
    """Echoes the key and its own address in its answers, as a careless gateway would."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({"jobId": f"job-{asked['timePeriod']}", "you": self.headers["apikey"]})

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        self._answer({"jobs": [], "next": f"http://127.0.0.1:{port}/v4/x", "you": self.headers["apikey"]})

    def _answer(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        for name, value in {"Content-Type": "application/json", "Set-Cookie": "a=1", "X-Host": "gw-7"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v4"
    server.shutdown()
    thread.join()
    server.server_close()


def recordings(directory: Path, endpoint: str, *, recording: bool) -> Recordings:
    scrubbing = Scrubbing(endpoint=endpoint, documented=DOCUMENTED, redactor=Redactor([KEY]))
    return Recordings(directory, scrubbing=scrubbing, now=(lambda: AT) if recording else None)


def client(base_url: str) -> ClariClient:
    return connect(base_url=base_url, key=KEY, clock=SteppedClock(AT), random=Random(1))


def quarter(name: str) -> ExportRequest:
    return ExportRequest("net_bookings", name, ("forecast",))


@pytest.fixture
def recorded(tmp_path: Path, address: str) -> Path:
    with recordings(tmp_path, address, recording=True).cassette("exports"), client(address) as clari:
        clari.queue_export(quarter("2027_Q4"))
        clari.queue_export(quarter("2027_Q3"))
        clari.jobs()
    return tmp_path


def test_a_recording_replays_without_any_server(recorded: Path) -> None:
    replayed = recordings(recorded, DOCUMENTED, recording=False)
    with replayed.cassette("exports"), client(DOCUMENTED) as clari:
        assert clari.queue_export(quarter("2027_Q3")) == "job-2027_Q3"
        assert clari.queue_export(quarter("2027_Q4")) == "job-2027_Q4"


def test_another_body_is_never_answered_with_an_old_recording(recorded: Path) -> None:
    replayed = recordings(recorded, DOCUMENTED, recording=False)
    with (
        pytest.raises(
            NotVerified, match=r"nobody recorded POST https://api\.clari\.com/v4/export/forecast/net_bookings"
        ),
        replayed.cassette("exports"),
        client(DOCUMENTED) as clari,
    ):
        clari.queue_export(quarter("2026_Q1"))


def test_a_cassette_that_nobody_made_is_not_verified(tmp_path: Path) -> None:
    with (
        pytest.raises(NotVerified, match="nobody recorded limits"),
        recordings(tmp_path, DOCUMENTED, recording=False).cassette("limits"),
    ):
        pytest.fail("nothing may be sent")


def test_nothing_that_tells_who_and_where_is_kept(recorded: Path) -> None:
    kept = (recorded / "exports.json").read_bytes()
    assert not [variant for variant in variants(KEY) if variant in kept]
    assert b"127.0.0.1" not in kept
    assert b"gw-7" not in kept
    assert b"a=1" not in kept
    assert DOCUMENTED.encode() in kept


def test_a_cassette_says_when_and_from_what_it_was_made(recorded: Path) -> None:
    made = recordings(recorded, DOCUMENTED, recording=False).made("exports")
    assert (made.origin, made.began, made.ended) == ("simulator", AT, AT)


def test_a_cassette_that_does_not_say_is_refused(recorded: Path) -> None:
    path = recorded / "exports.json"
    document = json.loads(path.read_text())
    del document["metadata"]["ended"]
    path.write_text(json.dumps(document))
    with pytest.raises(ReadinessError, match="does not say when and from what"):
        recordings(recorded, DOCUMENTED, recording=False).moment()


def test_a_new_recording_replaces_the_old_one(recorded: Path, address: str) -> None:
    with recordings(recorded, address, recording=True).cassette("exports"), client(address) as clari:
        clari.jobs()
    assert len(json.loads((recorded / "exports.json").read_text())["interactions"]) == 1


@pytest.mark.parametrize("path", sorted(shipped("cassettes").glob("*.json")), ids=lambda path: path.stem)
def test_the_shipped_cassettes_hold_no_key_and_no_address_but_the_documented_one(path: Path) -> None:
    kept = path.read_bytes()
    for name in ("recorded", "simulated"):
        assert not [variant for variant in variants(fixture_key(name)) if variant in kept]
    for forbidden in (b"127.0.0.1", b"localhost", b"apikey", b"Authorization", b"authorization", b"set-cookie"):
        assert forbidden not in kept
    assert json.loads(kept)["metadata"]["origin"] == "simulator"
