"""What is read without a job, who may read it, and how it is refused: F1 to F4, F21, F25, F26, F29 and F30."""

from collections import Counter
from email.utils import parsedate_to_datetime

import pytest

from clari_readiness.simulator import ApiUser


def test_the_synchronous_forecast_is_the_latest_week_now_and_costs_no_job(api, simulator, clock):
    answer = api.get("/forecast/net_bookings?timePeriod=2027_Q4&typesToExport=forecast&typesToExport=quota")
    document = answer.json()
    assert [each["timeFrameId"] for each in document["timeFrames"]] == ["TF:2026-11-18"]
    assert {field["fieldId"] for field in document["fields"]} == {"fc_commit", "fc_best_case", "fc_quota"}
    assert parsedate_to_datetime(answer.headers["date"]) == clock.now().replace(microsecond=0)
    assert api.get("/export/jobs").json() == []
    assert simulator.journal.matching("POST") == ()


def test_the_synchronous_forecast_answers_the_current_quarter_to_an_unknown_one(api):
    document = api.get("/forecast/net_bookings?timePeriod=1999_Q1").json()
    assert [each["timePeriodId"] for each in document["timePeriods"]] == ["2027_Q4"]


def test_an_organisation_may_have_no_synchronous_forecast(start, connect):
    answer = connect(start(synchronous_forecast=False)).get("/forecast/net_bookings")
    assert (answer.status_code, set(answer.json())) == (404, {"message", "request_id"})


def test_an_unknown_forecast_is_refused_synchronously_too(api):
    assert api.get("/forecast/nope").json()["code"] == "no_such_forecast_config"


@pytest.mark.parametrize("path", ["/nothing", "/export", "/forecast", "/export/jobs/1/results/2"])
def test_an_unknown_route_gets_the_gateways_own_body(api, path):
    answer = api.get(path)
    assert (answer.status_code, set(answer.json())) == (404, {"message", "request_id"})


def test_a_route_that_does_not_have_the_method_is_unknown_too(api):
    assert (api.http.delete("/admin/limits").status_code, api.get("/export/activity").status_code) == (404, 404)


def test_nothing_is_ever_redirected(api):
    assert api.get("/admin/limits/").status_code == 404


@pytest.mark.parametrize("headers", [{}, {"apikey": "wrong"}, {"apikey": ""}, {"authorization": "Bearer right"}])
def test_a_bad_key_is_refused_by_the_gateway(anybody, simulator, headers):
    headers = {name: value.replace("right", simulator.key) for name, value in headers.items()}
    answer = anybody.get(f"{simulator.base_url()}/admin/limits", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid authentication credentials"})


def test_the_key_of_a_user_who_was_deactivated_is_dead(start, connect):
    user = ApiUser(4711, "Clari Export", "clari-export@example.com", active=False)
    simulator = start(users=(user,))
    assert connect(simulator).get("/admin/limits").status_code == 401
    assert [(line.key, line.user) for line in simulator.journal] == [(4711, None)]


@pytest.mark.parametrize(
    ("method", "path", "keys"),
    [
        ("GET", "/export/jobs", {"code", "namespace", "errorId", "message", "orgId"}),
        ("GET", "/admin/limits", {"code", "namespace", "errorId", "message", "orgId"}),
        ("POST", "/export/activity", {"code", "namespace", "errorId", "message", "orgId"}),
    ],
)
def test_what_breaks_inside_is_a_500_in_the_words_of_the_surface(api, simulator, method, path, keys):
    del simulator._jobs._jobs
    answer = api.http.request(method, path)
    assert (answer.status_code, set(answer.json())) == (500, keys)
    assert answer.json()["code"] == "internal_server_error"


def test_profile_v1_lists_its_types_to_a_bearer_and_to_nobody_else(anybody, simulator, api, connect):
    bearer = connect(simulator, profile="v1")
    types = bearer.get("/forecast/types").json()
    assert isinstance(types, list)
    assert "forecast" in types
    assert (
        anybody.get(f"{simulator.base_url('v1')}/forecast/types", headers={"apikey": simulator.key}).status_code == 401
    )
    assert api.get("/forecast/types").json()["code"] == "no_such_forecast_config"


def test_profile_v1_exports_like_v4(simulator, api, connect):
    bearer = connect(simulator, profile="v1")
    assert bearer.export().status_code == 200
    assert len(api.get("/export/jobs").json()) == 1


def every_page(api, **query):
    pages = [api.get("/audit/events", params=query).json()]
    while "nextLink" in pages[-1]:
        pages.append(api.get(pages[-1]["nextLink"]).json())
    return pages


def test_pages_of_audit_events_make_the_whole(api):
    whole = every_page(api, limit=1000)
    pages = every_page(api, limit=70)
    assert len(whole) == 1
    assert [event for page in pages for event in page["items"]] == whole[0]["items"]
    assert all(len(page["items"]) == 70 for page in pages[:-1])


def test_a_hundred_events_are_a_page_unless_said_otherwise(api):
    assert len(api.get("/audit/events").json()["items"]) == 100


def test_a_next_link_is_absolute_and_leads_to_the_simulator(api, simulator):
    assert api.get("/audit/events?limit=1").json()["nextLink"].startswith(f"{simulator.base_url()}/audit/events?")


def test_a_last_page_that_is_exactly_full_has_no_next_link(api):
    count = len(every_page(api, limit=1000)[0]["items"])
    assert "nextLink" not in api.get(f"/audit/events?limit={count}").json()


def test_pages_do_not_shift_while_time_passes(api, clock):
    first = api.get("/audit/events?limit=50").json()
    expected = api.get(first["nextLink"]).json()["items"]
    clock.step(3600)
    assert api.get(first["nextLink"]).json()["items"] == expected


def test_equal_audit_events_occur_and_some_have_no_time(api):
    events = every_page(api, limit=1000)[0]["items"]
    assert max(Counter(map(repr, events)).values()) > 1
    assert 0 < sum("eventTimestamp" not in event for event in events) < len(events) / 4


def test_actors_say_who_the_service_account_is(api):
    actors = {actor["actorId"]: actor for actor in api.get("/audit/events").json()["actors"]}
    assert actors["4711"]["email"] == "clari-export@example.com"
    assert set(actors) == {event["actorId"] for event in api.get("/audit/events").json()["items"]}


def test_audit_events_are_kept_for_thirty_days(api):
    assert every_page(api, limit=1000, dateFrom="2020-01-01")[0]["items"] == every_page(api, limit=1000)[0]["items"]


def test_audit_events_are_filtered_by_window_actor_and_event(api):
    query = {"dateFrom": "2026-11-10", "dateTo": "2026-11-12T00:00:00Z", "actorId": "4711", "event": "api.accessed"}
    events = api.get("/audit/events", params=query).json()["items"]
    assert {(event["actorId"], event["event"]) for event in events} == {("4711", "api.accessed")}
    assert {event["eventTimestamp"][:10] for event in events if "eventTimestamp" in event} <= {
        "2026-11-10",
        "2026-11-11",
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=ten", "dateFrom=soon", "cursor=xyz", "limit=-1"])
def test_a_page_that_cannot_be_meant_is_refused_in_the_words_of_audit(api, query):
    answer = api.get(f"/audit/events?{query}")
    assert answer.status_code == 400
    assert {"status", "message", "code", "target"} == set(answer.json()["errors"][0])


def test_opportunities_are_found_by_id_and_unknown_ones_left_out(api, simulator):
    wanted = [*simulator.opportunity_ids[:3], "006Z000000EPuiyIAD", simulator.opportunity_ids[0]]
    shown = api.get("/opportunity", params={"oppId": wanted}).json()
    assert [each["id"] for each in shown] == list(simulator.opportunity_ids[:3])


def test_opportunities_come_bare_or_wrapped_as_the_organisation_is_set(start, connect):
    simulator = start(wrapped_opportunities=True)
    shown = connect(simulator).get("/opportunity", params={"oppId": simulator.opportunity_ids[0]}).json()
    assert [each["id"] for each in shown["opportunities"]] == [simulator.opportunity_ids[0]]


def test_a_hundred_opportunities_are_answered_and_one_more_refused(api, simulator):
    assert len(api.get("/opportunity", params={"oppId": simulator.opportunity_ids[:100]}).json()) == 100
    refused = api.get("/opportunity", params={"oppId": simulator.opportunity_ids[:101]})
    assert refused.status_code == 400
    assert set(refused.json()[0]) == {"statusCode", "reaspnPhrase", "description", "details"}


def test_no_opportunity_id_at_all_is_refused(api):
    assert api.get("/opportunity").json()[0]["details"] == "oppId is required"


@pytest.mark.parametrize("version", ["v2", "v4"])
@pytest.mark.parametrize("path", ["ingest/entity/account", "ingest/bulk/entity/account", "ingest/schema/account/field"])
def test_ingest_refuses_with_and_without_a_partner_key(anybody, simulator, version, path):
    url = f"{simulator.base_url(version)}/{path}"
    without = anybody.post(url, headers={"apikey": simulator.key}, json=[])
    with_one = anybody.post(url, headers={"apikey": simulator.key, "partnerkey": "partner"}, json=[])
    assert (without.status_code, without.json()[0]["errorCode"]) == (401, "INVALID_PARTNER_KEY")
    assert (with_one.status_code, with_one.json()[0]["errorCode"]) == (403, "FORBIDDEN_ERROR")


def test_ingest_has_no_job_to_show(anybody, simulator):
    headers = {"apikey": simulator.key, "partnerkey": "partner"}
    assert anybody.get(f"{simulator.base_url('v2')}/ingest/job/1", headers=headers).status_code == 404
