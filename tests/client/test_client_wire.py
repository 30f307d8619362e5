"""What can happen on the wire, each in its own words; nothing here is retried, so that one request is one request."""

import gzip
import hashlib
import json
import random
import socket
import time

import pytest

from clari_readiness.client import Deadline, Request, connect, endpoints
from clari_readiness.client.wire import HTTP, Patience
from clari_readiness.errors import (
    AnswerLost,
    DeadlineExceeded,
    ForeignOrigin,
    ReadinessError,
    Refused,
    SecretError,
    ServerFault,
    SettingsError,
    Unreachable,
    Unreadable,
)
from clari_readiness.model.exports import LandedDocument

LIMITS = Request("GET", "/admin/limits")
PACKED = gzip.compress(b'{"entries": [1, 2, 3]}')


@pytest.fixture
def http(server, key, clock, exchanges):
    http = HTTP(server.base_url, key, clock=clock, on_exchange=exchanges.append, patience=Patience(silence=0.3))
    yield http
    http.close()


@pytest.fixture
def soon(clock):
    return Deadline(10, clock=clock)


def test_an_answer_has_status_headers_body_and_document(server, act, http, soon) -> None:
    server.will(act.answer({"jobs": 1}, X_Thing="yes"))
    response = http.send(LIMITS, soon)
    assert (response.status, response.document, response.headers["x-thing"]) == (200, {"jobs": 1}, "yes")
    assert json.loads(response.body) == {"jobs": 1}
    assert response.url == f"{server.base_url}/admin/limits"
    assert 0 < response.seconds < 5


def test_an_exchange_says_what_went_over_the_wire(server, act, http, soon, exchanges, clock, key) -> None:
    server.will(act.answer([]), act.answer({"message": "no"}, 403), act.close_without_answer)
    http.send(Request("GET", "/opportunity", (("oppId", "a b"),)), soon)
    for _ in range(2):
        with pytest.raises((Refused, AnswerLost)):
            http.send(LIMITS, soon)
    assert [exchange.status for exchange in exchanges] == [200, 403, None]
    assert exchanges[0].url == f"{server.base_url}/opportunity?oppId=a+b"
    assert exchanges[0].error == ""
    assert "HTTP 403" in exchanges[1].error
    assert "closed before an answer" in exchanges[2].error
    assert all(exchange.at == clock.now() for exchange in exchanges)
    assert key not in repr(exchanges)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_somebody_else_is_not_followed(server, other_server, act, http, soon, key, status) -> None:
    server.will(act.answer({}, status, Location=f"{other_server.origin}/v4/admin/limits?apikey={key}"))
    with pytest.raises(ForeignOrigin) as caught:
        http.send(LIMITS, soon)
    assert f"HTTP {status} redirects to {other_server.origin}: not followed, no key was sent" in str(caught.value)
    assert other_server.seen == []
    assert len(server.seen) == 1


@pytest.mark.parametrize("location", ["//evil.example/x", "https://127.0.0.1/v4", "http://[::1/", "ftp://a/b"])
def test_a_strange_redirect_is_foreign_too(server, act, http, soon, location) -> None:
    server.will(act.answer({}, 302, Location=location))
    with pytest.raises(ForeignOrigin):
        http.send(LIMITS, soon)
    assert len(server.seen) == 1


def test_a_redirect_within_the_origin_is_a_refusal_and_not_followed(server, act, http, soon) -> None:
    server.will(act.answer({}, 301, Location="/v5/admin/limits"))
    with pytest.raises(Refused, match=r"HTTP 301 .*redirects to /v5/admin/limits.*set base_url"):
        http.send(LIMITS, soon)
    assert len(server.seen) == 1


def test_a_status_of_3xx_that_leads_nowhere_is_a_refusal(server, act, http, soon) -> None:
    server.will(act.answer(body=b"", status=304))
    with pytest.raises(Refused, match="HTTP 304"):
        http.send(LIMITS, soon)


def test_a_refused_connection_names_host_and_way_out(key, clock, soon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable) as caught:
        HTTP(f"http://127.0.0.1:{port}/v4", key, clock=clock).send(LIMITS, soon)
    assert str(caught.value) == (
        f"GET http://127.0.0.1:{port}/v4/admin/limits: 127.0.0.1 refused the connection; "
        "check api.base_url and the port; is anybody listening there?"
    )


def test_a_name_that_does_not_resolve_is_said_so(key, clock, soon, monkeypatch) -> None:
    def resolve(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    # The one thing that is made up here: a real look-up would leave the machine.
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Unreachable) as caught:
        HTTP("https://clari.invalid/v4", key, clock=clock).send(LIMITS, soon)
    assert str(caught.value) == (
        "GET https://clari.invalid/v4/admin/limits: clari.invalid does not resolve (Name or service not known); "
        "check api.base_url or api.gateway, the DNS and the VPN"
    )


def test_http_where_tls_was_expected_is_said_so(server, act, key, clock, soon) -> None:
    server.will(act.answer({}))
    with pytest.raises(Unreachable, match=r"no TLS with 127\.0\.0\.1"):
        HTTP(f"https://127.0.0.1:{server.port}/v4", key, clock=clock).send(LIMITS, soon)


def test_an_answer_that_never_comes_is_lost(server, act, http, soon) -> None:
    server.will(act.hang)
    with pytest.raises(AnswerLost, match="it was sent, but no answer came in time"):
        http.send(LIMITS, soon)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda act: act.close_without_answer, "closed before an answer"),
        (lambda act: act.reset(), "was reset before an answer"),
        (lambda act: act.raw(b"220 mail.example.com ESMTP\r\n\r\n"), "what answered is not HTTP"),
        (lambda act: act.raw(b"HTTP/1.1 200 OK\r\nConte"), "before an answer"),
    ],
)
def test_a_connection_that_ends_before_an_answer_is_an_answer_lost(server, act, http, soon, how, words) -> None:
    server.will(how(act))
    with pytest.raises(AnswerLost, match=words):
        http.send(LIMITS, soon)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (lambda act: act.cut(), r"\(HTTP 200\) was cut short"),
        (lambda act: act.reset(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), r"\(HTTP 200\) was cut short"),
        (lambda act: act.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "was cut short"),
        (lambda act: act.raw(b"HTTP/1.1 200 OK\r\n\r\n" + b'{"jobs": {"concurr'), "is not JSON"),
        (lambda act: act.answer(body=b"<html><title>Sign in</title>"), 'is not JSON: "a page in HTML, titled Sign in"'),
        (lambda act: act.answer(body=b""), "is empty"),
        (lambda act: act.answer(body=b'{"a": NaN}'), "is not JSON"),
        (lambda act: act.answer(body=b'{"a": "\xff"}'), "is not JSON"),
        (lambda act: act.answer(body=b"[" * 100_000), "is not JSON"),
        (lambda act: act.answer(body=b"not gzip", Content_Encoding="gzip"), "does not decode as its Content-Encoding"),
        (lambda act: act.answer(body=PACKED[:-1], Content_Encoding="gzip"), "does not decode as its Content-Encoding"),
        (lambda act: act.answer(body=PACKED[:3], Content_Encoding="gzip"), "does not decode as its Content-Encoding"),
        (
            lambda act: act.answer({"code": "SWW", "message": "Oops.", "errorId": "e9"}),
            'holds an error: SWW, "Oops.", e9',
        ),
        (lambda act: act.answer({"errors": [{"message": "Oops."}]}), 'holds an error: "Oops."'),
        (lambda act: act.drip(b"HTTP/1.1 200 OK\r\n\r\n{", b"", every=1, seconds=1), "stopped in the middle"),
    ],
)
def test_a_success_that_cannot_be_read_is_no_success(server, act, http, soon, how, words) -> None:
    server.will(how(act))
    with pytest.raises(Unreadable, match=words):
        http.send(LIMITS, soon)


def test_a_body_that_is_packed_is_unpacked(server, act, http, soon) -> None:
    server.will(act.answer(body=gzip.compress(b'{"a": 1}'), Content_Encoding="gzip"))
    assert http.send(LIMITS, soon).document == {"a": 1}


def test_a_refusal_whose_body_is_cut_still_counts_by_its_status(server, act, http, soon) -> None:
    server.will(act.cut(503, b'{"message": "half a'))
    with pytest.raises(ServerFault, match="HTTP 503"):
        http.send(LIMITS, soon)


@pytest.mark.parametrize(
    "first",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "],
    ids=["in the body", "in the headers"],
)
@pytest.mark.parametrize("sink", [False, True])
def test_a_dripping_answer_ends_with_the_deadline(server, act, http, clock, tmp_path, first, sink) -> None:
    server.will(act.drip(first, b"x"))
    request = Request("GET", "/admin/limits", sink=tmp_path / "it.json" if sink else None)
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"within 0\.4 s"):
        http.send(request, Deadline(0.4, clock=clock))
    assert 0.35 < time.monotonic() - began < 2
    assert list(tmp_path.iterdir()) == []


def test_a_dripping_refusal_ends_with_the_deadline_and_keeps_its_status(server, act, http, clock) -> None:
    server.will(act.drip(b"HTTP/1.1 503 No\r\n\r\nsorry"))
    began = time.monotonic()
    with pytest.raises(ServerFault, match="sorry"):
        http.send(LIMITS, Deadline(0.4, clock=clock))
    assert time.monotonic() - began < 2


def test_a_clock_that_runs_fast_cuts_no_answer_short(server, act, http, clock) -> None:
    server.will(act.answer({"a": 1}))
    deadline = Deadline(5, clock=clock)
    clock.sleep(4.99)
    assert http.send(LIMITS, deadline).document == {"a": 1}


def test_results_land_whole_with_size_and_digest(server, act, http, soon, tmp_path) -> None:
    body = json.dumps({"entries": list(range(50_000))}).encode()
    server.will(act.answer(body=body))
    to = tmp_path / "results.json"
    response = http.send(endpoints.results("j1", to), soon)
    assert response.landed == LandedDocument(to, len(body), hashlib.sha256(body).hexdigest())
    assert to.read_bytes() == body
    assert list(tmp_path.iterdir()) == [to]
    assert response.body == b""
    assert server.targets == ["/v4/export/jobs/j1/results"]


def test_results_that_are_no_json_land_as_they_are(server, act, http, soon, tmp_path) -> None:
    server.will(act.answer(body=b"User,Email\r\n", Content_Type="text/csv"))
    to = tmp_path / "results.csv"
    http.send(endpoints.results("j1", to), soon)
    assert to.read_bytes() == b"User,Email\r\n"


@pytest.mark.parametrize(
    "how",
    [
        lambda act: act.cut(body=b'{"entries": ['),
        lambda act: act.answer(body=PACKED[:-1], Content_Encoding="gzip"),
        lambda act: act.answer({"code": "SWW", "message": "Oops.", "errorId": "e9"}),
        lambda act: act.answer(body=b""),
        lambda act: act.answer({"code": "invalid_jobId", "message": "Not done."}, 400),
        lambda act: act.close_without_answer,
    ],
)
def test_a_failed_download_leaves_the_earlier_file_and_no_part(server, act, http, soon, tmp_path, how) -> None:
    to = tmp_path / "results.json"
    to.write_text("earlier")
    server.will(how(act))
    with pytest.raises(ReadinessError):
        http.send(endpoints.results("j1", to), soon)
    assert to.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [to]


def test_a_disk_that_refuses_is_no_fault_of_claris(server, act, client, tmp_path) -> None:
    server.will(act.answer({"entries": []}))
    to = tmp_path / "missing" / "results.json"
    with pytest.raises(ReadinessError) as caught:
        client.download("j1", to)
    assert type(caught.value) is ReadinessError
    assert f"{to} cannot be written: No such file or directory" in str(caught.value)
    assert len(server.seen) == 1


def test_a_call_after_its_deadline_sends_nothing(server, http, clock) -> None:
    machine = type(clock)(clock.now())
    deadline = Deadline(5, clock=clock, machine=machine)
    machine.sleep(6)
    with pytest.raises(Unreachable, match="in time"):
        http.send(LIMITS, deadline)
    assert server.seen == []


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.clari.com/v4",
        "ftp://a/v4",
        "https://",
        "https://me:pw@a/v4",
        "https://a/v4?x=1",
        "https://a/v4#f",
        "http://[::1",
        f"https://{'a' * 64}.example.com/v4",
        "https://a..b/v4",
        "https://a b/v4",
        "https://a:0/v4",
        "https://a:65536/v4",
    ],
)
def test_a_base_url_that_is_none_is_refused_and_not_shown(base_url, key, clock) -> None:
    with pytest.raises(SettingsError, match=r"write it like https://api\.clari\.com/v4") as caught:
        HTTP(base_url, key, clock=clock)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("bad", ["", "two words", "line\n", "käse", "a\x00b"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(bad, clock) -> None:
    with pytest.raises(SecretError) as caught:
        connect(base_url="http://127.0.0.1:1/v4", key=bad, clock=clock, random=random.Random(1))
    assert not bad or bad not in str(caught.value)
