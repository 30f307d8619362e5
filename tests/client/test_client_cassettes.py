"""Cassettes work below everything: what was recorded on the wire replays through the whole client."""

import random

import pytest
import vcr

from clari_readiness.client import connect
from clari_readiness.errors import Unauthorized

LIMITS = {"jobs": {"concurrentLimit": 3, "monthlyQuota": 9, "availableConcurrentLimit": 3, "availableMonthlyQuota": 8}}


@pytest.fixture
def record(tmp_path):
    def opened(mode):
        return vcr.use_cassette(str(tmp_path / "it.yaml"), record_mode=mode, filter_headers=["apikey"])

    return opened


def ask(client, to):
    return client.limits(), client.download("j1", to)


def test_answers_downloads_and_waits_replay_without_a_server(server, act, reach, record, key, clock, tmp_path) -> None:
    body = b'{"entries": [' + b"1," * 100_000 + b"1]}"
    server.will(act.answer({}, 429, Retry_After="5"), act.answer(LIMITS), act.answer(body=body))
    with record("all"):
        recorded = ask(reach(), tmp_path / "recorded.json")
    waited = clock.monotonic()
    server.stop()
    asked = len(server.seen)
    with record("none"):
        replayed = ask(reach(), tmp_path / "replayed.json")
    assert (tmp_path / "replayed.json").read_bytes() == body
    assert (replayed[0], replayed[1].sha256) == (recorded[0], recorded[1].sha256)
    assert clock.monotonic() == 2 * waited >= 10
    assert len(server.seen) == asked == 3
    assert key not in (tmp_path / "it.yaml").read_text()


def test_a_recorded_refusal_replays_as_the_same_error(server, act, reach, record) -> None:
    server.will(act.answer({"message": "Invalid authentication credentials"}, 401))
    said = []
    for mode in ("all", "none"):
        with record(mode), pytest.raises(Unauthorized) as caught:
            reach().limits()
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert len(server.seen) == 1


def test_what_was_not_recorded_is_neither_sent_nor_taken_for_trouble_of_claris(server, reach, record) -> None:
    with record("none"), pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
        reach().limits()
    assert server.seen == []


def test_an_https_cassette_replays_with_the_network_blocked(tmp_path, key, clock) -> None:
    cassette = tmp_path / "it.yaml"
    cassette.write_text(
        """\
interactions:
- request: {body: '', headers: {}, method: GET, uri: 'https://api.clari.com/v4/export/jobs'}
  response:
    body: {string: '[]'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""
    )
    with (
        vcr.use_cassette(str(cassette), record_mode="none"),
        connect(base_url="https://api.clari.com/v4", key=key, clock=clock, random=random.Random(7)) as client,
    ):
        assert client.jobs() == []
