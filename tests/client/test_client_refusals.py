"""Every error body of F26 becomes one kind of error that keeps status, code, message and errorId."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.client.refusals import is_error_document, read_error_body, refusal
from clari_readiness.errors import LimitReached, NoOptIn, Refused, ServerFault, TooManyRequests, Unauthorized

EXPORT = {"code": "bad_request", "namespace": "EXPORT", "errorId": "c16a-77", "message": "No such thing.", "orgId": 9}
AUDIT = {"errors": [{"status": 400, "message": "Bad dateFrom.", "code": "E7", "target": "dateFrom", "details": []}]}
OPPORTUNITY = [{"statusCode": 400, "reaspnPhrase": "Bad Request", "description": "Too many ids.", "details": ""}]
GATEWAY = {"message": "no Route matched with those values", "request_id": "9b1c"}


@pytest.mark.parametrize(
    ("body", "code", "detail", "error_id"),
    [
        (EXPORT, "bad_request", "No such thing.", "c16a-77"),
        (AUDIT, "E7", "Bad dateFrom.", ""),
        ({"errors": [{"code": 3, "message": "a"}, {"message": "b", "errorId": "z"}]}, "3", "a; b", "z"),
        (OPPORTUNITY, "Bad Request", "Too many ids.", ""),
        (GATEWAY, "", "no Route matched with those values", "9b1c"),
        ({"message": "Invalid authentication credentials"}, "", "Invalid authentication credentials", ""),
    ],
)
def test_each_shape_gives_code_message_and_error_id(body, code, detail, error_id) -> None:
    error = refusal("GET /it", 400, json.dumps(body).encode())
    assert (error.status, error.code, error.detail, error.error_id) == (400, code, detail, error_id)
    assert is_error_document(body)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "", Unauthorized),
        (401, "no_optin", NoOptIn),
        (400, "export_monthly_quota_reached", LimitReached),
        (400, "no_such_forecast_config", Refused),
        (403, "", Refused),
        (404, "", Refused),
        (429, "", TooManyRequests),
        (500, "internal_server_error", ServerFault),
        (503, "", ServerFault),
    ],
)
def test_status_and_code_decide_the_kind(status, code, kind) -> None:
    assert type(refusal("GET /it", status, json.dumps({"code": code, "message": "m"}).encode())) is kind


def test_the_message_reads_as_one_line_with_everything_that_support_asks_for() -> None:
    error = refusal("POST /export/forecast/nb", 500, json.dumps(EXPORT | {"code": "internal_server_error"}).encode())
    assert str(error) == (
        'POST /export/forecast/nb: HTTP 500 (internal_server_error, "No such thing.", errorId c16a-77); '
        "see https://status.clari.com, and quote c16a-77 to Clari's support when it stays"
    )


def test_a_page_in_html_is_named_by_its_title_and_not_poured_out() -> None:
    page = b"<html><head><title>502 Bad\nGateway</title></head><body>" + b"<p>x</p>" * 9999
    assert refusal("GET /it", 502, page).detail == "a page in HTML, titled 502 Bad Gateway"


def test_control_characters_of_a_server_reach_no_terminal() -> None:
    error = refusal("GET /it", 400, json.dumps({"message": "a\x1b[31m\nb\u202ec", "code": "x\r\ny"}).encode())
    assert str(error).isprintable()


@pytest.mark.parametrize("body", [b"", b"   ", b"\xff\xfe", b"null", b"[]", b"[1]", b'"text"', b"[" * 5000])
def test_a_body_that_is_none_of_them_still_gives_a_refusal(body) -> None:
    assert refusal("GET /it", 418, body).status == 418


@pytest.mark.parametrize(
    "document",
    [
        {"entries": []},
        {"job": {"jobId": "a", "status": "FAILED"}},
        {"jobId": "a"},
        {"items": [], "actors": [], "message": "hello"},
        {"status": "CANCELLED", "successful": True},
        [],
        [{"opportunityId": "a", "description": "d"}],
        {"errors": []},
    ],
)
def test_an_answer_is_not_mistaken_for_an_error(document) -> None:
    assert not is_error_document(document)


@given(st.binary(max_size=300))
def test_law_no_body_breaks_the_reader(body) -> None:
    """Whatever bytes come with a refusal, its message is one printable line of bounded length."""
    detail = read_error_body(body).detail
    assert detail == "" or detail.isprintable()
    assert len(detail) <= 300
