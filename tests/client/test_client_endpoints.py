"""The requests, as they arrive at a server."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from clari_readiness.client import endpoints
from clari_readiness.errors import SettingsError, Unreadable
from clari_readiness.model.exports import ExportRequest

JOB = {"jobId": "j1", "status": "SCHEDULED"}
NIGHT = datetime(2026, 11, 20, 22, tzinfo=UTC)


def query(target: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(target).query)


def test_profile_v4_shows_the_key_in_its_header_and_nowhere_else(server, act, client, key) -> None:
    server.will(act.answer({"jobs": []}))
    assert client.jobs() == []
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("GET", "/v4/export/jobs")
    assert seen.headers["apikey"] == key
    assert "authorization" not in seen.headers
    assert seen.headers["accept"] == "application/json"
    assert seen.headers["user-agent"].startswith("clari-readiness/")
    assert "cookie" not in seen.headers


def test_profile_v1_shows_the_key_as_a_bearer(server, act, reach, key) -> None:
    server.will(act.answer(["forecast", "quota"]))
    client = reach(base_url=f"{server.origin}/v1/", profile="v1")
    assert client.forecast_types() == ["forecast", "quota"]
    (seen,) = server.seen
    assert seen.target == "/v1/forecast/types"
    assert seen.headers["authorization"] == f"Bearer {key}"
    assert "apikey" not in seen.headers


def test_an_export_is_queued_with_its_body(server, act, client) -> None:
    server.will(act.answer({"jobId": "j1"}))
    request = ExportRequest("net_bookings", "2027_Q4", ("forecast", "quota"), scope_id="1905::MGR", currency="EUR")
    assert client.queue_export(request) == "j1"
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/v4/export/forecast/net_bookings")
    assert seen.json == {
        "timePeriod": "2027_Q4",
        "typesToExport": ["forecast", "quota"],
        "includeHistorical": True,
        "schedule": "NONE",
        "exportFormat": "JSON",
        "scopeId": "1905::MGR",
        "currency": "EUR",
    }


def test_the_other_exports_are_queued_with_theirs(server, act, client) -> None:
    server.will(act.answer({"jobId": "a"}, 202), act.answer({"jobId": "b"}, 202))
    assert client.queue_activity_export(activity_types=["MEETING"], start=NIGHT, end=NIGHT) == "a"
    assert client.queue_audit_export(date_from=NIGHT, actor_id=7) == "b"
    activity, audit = server.seen
    at = "2026-11-20T22:00:00+00:00"
    assert (activity.target, audit.target) == ("/v4/export/activity", "/v4/export/audit/events")
    assert activity.json == {"activityTypes": ["MEETING"], "startDate": at, "endDate": at}
    assert audit.json == {"dateFrom": at, "actorId": 7}


def test_the_synchronous_forecast_repeats_its_types(server, act, client) -> None:
    server.will(act.answer({"entries": []}))
    client.forecast("nb", time_period="2027_Q4", types=("forecast", "crm_closed"), currency="USD")
    (target,) = server.targets
    assert target.startswith("/v4/forecast/nb?")
    assert sorted(query(target)) == [
        ("currency", "USD"),
        ("timePeriod", "2027_Q4"),
        ("typesToExport", "crm_closed"),
        ("typesToExport", "forecast"),
    ]


@pytest.mark.parametrize("forecast", ["a/b", "a?b=c", "a#b", "a/../b", "ä b", "100%", "a\\b", "a%2Fb"])
def test_a_strange_id_stays_one_segment_of_the_path(server, act, client, forecast) -> None:
    server.will(act.answer({"entries": []}))
    client.forecast(forecast)
    (target,) = server.targets
    assert target == "/v4/forecast/" + quote(forecast, safe="")


@pytest.mark.parametrize("job", ["", ".", ".."])
def test_an_id_that_would_address_something_else_is_not_sent(server, client, job) -> None:
    with pytest.raises(SettingsError, match="is not the id of a job"):
        client.job(job)
    assert server.seen == []


def test_a_job_is_cancelled_and_says_whether_it_was(server, act, client) -> None:
    server.will(
        act.answer({"status": "CANCELLED", "successful": True}),
        act.answer({"status": "DONE", "successful": False}),
        act.answer({"code": "export_failed_to_cancel", "message": "Too late."}, 400),
    )
    assert [client.cancel("j1") for _ in range(3)] == [True, False, False]
    assert {(seen.method, seen.target, seen.body) for seen in server.seen} == {
        ("PATCH", "/v4/export/jobs/j1", b'{"type":"CANCEL"}')
    }


def test_opportunities_go_in_batches_of_a_hundred_each_id_once(server, act, client) -> None:
    server.will(
        act.answer([{"id": "first"}]), act.answer({"opportunities": [{"id": "second"}]}), act.answer([{"id": "third"}])
    )
    ids = [f"opp{number}" for number in range(250)]
    found = client.opportunities([*ids, *ids])
    assert server.seen == []
    assert [one["id"] for one in found] == ["first", "second", "third"]
    asked = [[value for _, value in query(target)] for target in server.targets]
    assert [len(batch) for batch in asked] == [100, 100, 50]
    assert [one for batch in asked for one in batch] == ids


def test_no_opportunities_are_asked_for_with_no_request(server, client) -> None:
    assert list(client.opportunities([])) == []
    assert server.seen == []


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_size_that_clari_refuses_is_refused_here(limit) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        endpoints.audit_events(limit=limit)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        endpoints.audit_events(date_from=datetime(2026, 11, 20))  # noqa: DTZ001 - that is the mistake


def test_a_relative_next_link_is_not_followed() -> None:
    with pytest.raises(Unreadable, match="not an absolute URL"):
        endpoints.next_page("/../v2/ingest")
