"""Listeners beside the simulator: what they answer, what they see, and that they keep no key."""

from __future__ import annotations

import base64
import json
import socket
import time
from hashlib import sha256
from urllib.parse import quote

import httpx
import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator import RefusingProxy, Simulator, Watcher

KEY = "a-key/with+signs-0123456789"


@pytest.fixture
def watcher(cleanup):
    return cleanup.enter_context(Watcher(KEY))


@pytest.fixture
def proxy(cleanup):
    return cleanup.enter_context(RefusingProxy(KEY))


def raw(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(request)
        return connection.recv(65_536).decode()


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/v4/audit/events?limit=3", {"items", "actors"}),
        ("/v4/export/jobs/1/results", {"entries"}),
        ("/v4/forecast/net_bookings", {"entries"}),
        ("/v4/export/jobs/1", {"job"}),
        ("/v4/export/jobs", set()),
        ("/anything", set()),
    ],
)
def test_a_watcher_answers_as_clari_would(watcher, anybody, path, answer):
    got = anybody.get(watcher.origin + path)
    assert (got.status_code, got.headers["content-type"], set(got.json())) == (200, "application/json", answer)
    (seen,) = watcher.sightings.all
    assert (seen.method, seen.target, seen.host, seen.port) == ("GET", path, "127.0.0.1", watcher.port)
    assert not seen.has_key


@pytest.mark.parametrize(
    ("place", "request_"),
    [
        ("header", {"headers": {"apikey": KEY}}),
        ("header", {"headers": {"authorization": f"Bearer {KEY}"}}),
        ("header", {"headers": {"authorization": "Basic " + base64.b64encode(f"u:{KEY}".encode()).decode()}}),
        ("header", {"headers": {"authorization": "Basic " + base64.b64encode(f"user:{KEY}".encode()).decode()}}),
        ("header", {"headers": {"authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}}),
        ("header", {"headers": {"x-of-my-own": f"before{KEY}after"}}),
        ("target", {"params": {"k": KEY}}),
        ("body", {"json": {"k": KEY}}),
        ("body", {"data": {"k": KEY}}),
    ],
)
def test_the_key_is_seen_wherever_it_is_and_kept_nowhere(watcher, anybody, place, request_):
    anybody.post(watcher.origin + "/v4/export/forecast/x", **request_)
    anybody.post(watcher.origin + "/v4/export/forecast/x")
    with_key, without = watcher.sightings.all
    assert (with_key.key_in, with_key.has_key) == ((place,), True)
    assert (without.key_in, without.has_key) == ((), False)
    shown = repr(with_key) + repr(watcher.sightings)
    for shape in (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode()[:-4]):
        assert shape not in shown


def test_the_key_in_a_path_is_seen_and_kept_nowhere(watcher, anybody):
    anybody.get(f"{watcher.origin}/v4/{quote(KEY, safe='')}/x")
    (seen,) = watcher.sightings.all
    assert (seen.key_in, seen.target) == (("target",), "/v4/[key]/x")


def test_any_other_credential_is_kept_as_a_hash(watcher, anybody):
    anybody.get(watcher.origin, headers={"apikey": "another", "cookie": "a=b", "accept": "text/plain"})
    (seen,) = watcher.sightings.all
    assert seen.headers["apikey"] == f"sha256:{sha256(b'another').hexdigest()}"
    assert seen.headers["cookie"].startswith("sha256:")
    assert seen.headers["accept"] == "text/plain"
    assert not seen.has_key


def test_a_proxy_refuses_what_it_is_asked_for_and_knows_the_host(proxy):
    with httpx.Client(proxy=proxy.origin, trust_env=False) as client:
        plain = client.get("http://api.example.invalid/v4/x?y=1", headers={"apikey": KEY})
        with pytest.raises(httpx.ProxyError, match="403"):
            client.get("https://secure.example.invalid/v4", headers={"apikey": KEY})
    assert plain.status_code == 403
    assert "api.example.invalid is not to be asked" in plain.text
    first, second = proxy.sightings.all
    assert (first.method, first.host, first.port, first.has_key) == ("GET", "api.example.invalid", 80, True)
    assert first.target == "http://api.example.invalid/v4/x?y=1"
    # In a tunnel that is refused, the key is never sent.
    assert (second.method, second.host, second.port, second.has_key) == (
        "CONNECT",
        "secure.example.invalid",
        443,
        False,
    )


@pytest.mark.parametrize(
    ("line", "host", "port"),
    [
        ("CONNECT [::1]:8443", "::1", 8443),
        ("CONNECT host.example.invalid:1", "host.example.invalid", 1),
        ("GET http://u:p@host.example.invalid:8080/x", "host.example.invalid", 8080),
        ("GET https://host.example.invalid/x", "host.example.invalid", 443),
    ],
)
def test_a_proxy_reads_every_form_of_a_target(proxy, line, host, port):
    answer = raw(proxy.port, f"{line} HTTP/1.1\r\nHost: elsewhere\r\n\r\n".encode())
    assert answer.startswith("HTTP/1.1 403 ")
    (seen,) = proxy.sightings.all
    assert (seen.host, seen.port) == (host, port)


def test_a_proxy_refuses_loopback_as_well(proxy, watcher):
    answer = raw(proxy.port, f"GET {watcher.origin}/v4 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.startswith("HTTP/1.1 403 ")
    assert watcher.sightings.all == ()


def test_the_key_for_a_proxy_is_seen(proxy):
    credentials = base64.b64encode(f"clari:{KEY}".encode()).decode()
    raw(
        proxy.port,
        f"CONNECT a.invalid:443 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic {credentials}\r\n\r\n".encode(),
    )
    (seen,) = proxy.sightings.all
    assert seen.key_in == ("header",)
    assert credentials not in json.dumps(dict(seen.headers))


def test_a_listener_has_a_port_of_loopback_only_while_it_runs():
    watcher = Watcher(KEY)
    with pytest.raises(ReadinessError, match="not running"):
        _ = watcher.origin
    with watcher:
        port = watcher.port
        assert watcher.origin == f"http://127.0.0.1:{port}"
        assert watcher._server._socket.getsockname()[0] == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_key_that_would_be_found_everywhere_is_refused():
    with pytest.raises(ReadinessError, match="a key of 3 characters would be found everywhere; use a longer one"):
        Watcher("key")


def test_many_simulators_and_listeners_run_at_once_and_know_nothing_of_each_other(connect, cleanup, anybody):
    simulators = [cleanup.enter_context(Simulator()) for _ in range(4)]
    watchers = [cleanup.enter_context(Watcher(KEY)) for _ in range(4)]
    connect(simulators[1]).queue()
    anybody.get(watchers[2].origin)
    assert [len(each.journal) for each in simulators] == [0, 1, 0, 0]
    assert [len(each.exports()) for each in simulators] == [0, 1, 0, 0]
    assert [len(each.sightings.all) for each in watchers] == [0, 0, 1, 0]


def test_a_simulator_starts_and_stops_in_no_time():
    seconds = []
    for _ in range(5):
        began = time.monotonic()
        with Simulator():
            seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.15, seconds
