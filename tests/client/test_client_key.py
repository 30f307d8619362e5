"""The API key goes to its origin and nowhere else: no message, no representation, no log, no traceback."""

import logging
import traceback

import pytest

from clari_readiness.client import endpoints
from clari_readiness.errors import ClariError
from clari_readiness.model.exports import ExportRequest


def echoing(act, key):
    """Servers that say what they were sent, in every place where one can say something."""
    echo = {"code": f"bad {key}", "message": f"The key {key} is bad.", "errorId": f"id-{key}"}
    return {
        "a refusal": act.answer(echo, 401, X_Echo=key),
        "a list of errors": act.answer({"errors": [{"message": key, "details": [key]}]}, 400),
        "a page": act.answer(body=f"<html><title>{key}</title>".encode(), status=403),
        "plain text": act.answer(body=f"no {key}".encode(), status=400),
        "a redirect": act.answer({}, 302, Location=f"http://{key}.example.com/?apikey={key}"),
        "a redirect at home": act.answer({}, 302, Location=f"/v4/{key}"),
        "a success that is an error": act.answer(echo),
        "a success that is no JSON": act.answer(body=f"hello {key}".encode()),
        "a document with a wrong value": act.answer({"jobId": "a", "status": key}),
        "a link to elsewhere": act.answer({"items": [], "nextLink": f"http://{key}.example.com/{key}"}),
        "no HTTP": act.raw(f"{key}\r\n\r\n".encode()),
        "a cut body": act.cut(body=key.encode()),
    }


CASES = [
    "a refusal",
    "a list of errors",
    "a page",
    "plain text",
    "a redirect",
    "a redirect at home",
    "a success that is an error",
    "a success that is no JSON",
    "a document with a wrong value",
    "a link to elsewhere",
    "no HTTP",
    "a cut body",
]
ATTEMPTS = 12


def frames(error):
    """Return the error as a tool that shows local variables would, without the frames of these tests."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert told.__cause__ is None
    assert told.__context__ is None
    ours = [frame for frame in told.stack if frame.filename != __file__]
    assert ours
    return [*told.format_exception_only(), *(f"{frame.name} {frame.locals}" for frame in ours)]


def call(client, case):
    if case == "a link to elsewhere":
        return list(client.audit_events())
    return client.job("j1")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("profile", ["v4", "v1"])
def test_the_key_is_in_no_error_log_or_evidence(server, act, reach, key, exchanges, caplog, case, profile) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(
        logging.INFO, "httpcore"
    )  # its DEBUG lines show the headers of answers, which are the server's words
    server.will(*[echoing(act, key)[case]] * ATTEMPTS)
    client = reach(profile=profile)
    with pytest.raises(ClariError) as caught:
        call(client, case)
    shown = [
        str(caught.value),
        repr(caught.value),
        repr(vars(caught.value)),
        repr(exchanges),
        repr(client),
        caplog.text,
    ]
    shown += frames(caught.value)
    assert not [text for text in shown if key in text]
    assert key in repr(server.seen)


@pytest.mark.parametrize("how", ["close_without_answer", "hang"])
def test_the_key_is_in_no_error_of_the_network(server, act, reach, key, caplog, how) -> None:
    caplog.set_level(logging.DEBUG)
    server.will(*[getattr(act, how)] * ATTEMPTS)
    with pytest.raises(ClariError) as caught:
        reach(call_deadline=0.3).queue_export(ExportRequest("nb", "2027_Q4", ("forecast",)))
    assert not [text for text in [*frames(caught.value), caplog.text] if key in text]
    assert key in repr(server.seen)


def test_an_echoed_key_is_blanked_out_of_documents_and_bodies(server, act, client, key) -> None:
    server.will(act.answer([{"title": f"for {key}"}], X_Echo=key))
    response = client.send(endpoints.jobs())
    assert response.document == [{"title": "for ***"}]
    assert key not in repr(response) + response.body.decode() + repr(dict(response.headers))


def test_netrc_adds_no_authorization(server, act, client, tmp_path, monkeypatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password other-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.will(act.answer([]))
    client.jobs()
    assert "authorization" not in server.seen[0].headers


def test_cookies_are_not_kept(server, act, client) -> None:
    server.will(act.answer([], Set_Cookie="who=me"), act.answer([]))
    client.jobs()
    client.jobs()
    assert "cookie" not in server.seen[1].headers
