"""Export jobs from the POST to the results, as F5 to F9, F12, F18 and F22 to F25 tell them."""

import json

import pytest

TYPES = ["forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed"]
DAY = 86_400


def test_a_job_is_scheduled_then_started_then_done(api, clock):
    job_id = api.queue()
    statuses = [api.job(job_id)["status"]]
    clock.step(1.0)
    statuses.append(api.job(job_id)["status"])
    clock.step(2.0)
    statuses.append(api.job(job_id)["status"])
    assert statuses == ["SCHEDULED", "STARTED", "DONE"]


def test_only_a_finished_job_has_an_end(api, clock):
    job_id = api.queue()
    assert not {"endTime", "expiredTime"} & set(api.job(job_id))
    clock.step(3.0)
    job = api.job(job_id)
    assert job["endTime"] - job["startTime"] == 3000
    assert job["expiredTime"] - job["endTime"] == 30 * DAY * 1000


def test_a_job_does_not_say_what_it_was_asked_for(api):
    job = api.job(api.queue(timePeriod="2027_Q2", typesToExport=["quota"]))
    assert not {"forecastId", "timePeriod", "typesToExport", "scopeId"} & set(job)


def test_a_job_comes_wrapped_or_bare_as_the_organisation_is_set(start, connect):
    api = connect(start(wrapped_jobs=False))
    assert api.get(f"/export/jobs/{api.queue()}").json()["status"] == "SCHEDULED"


def test_the_job_list_comes_bare_or_wrapped_as_the_organisation_is_set(api, start, connect):
    api.queue()
    assert [job["status"] for job in api.get("/export/jobs").json()] == ["SCHEDULED"]
    other = connect(start(wrapped_job_lists=True))
    assert other.get("/export/jobs").json() == {"jobs": []}


def test_the_job_list_holds_the_jobs_of_this_user_only(api, connect, simulator):
    mine = api.queue()
    analyst = connect(simulator, user=4712)
    theirs = analyst.queue()
    assert [job["jobId"] for job in api.get("/export/jobs").json()] == [mine]
    assert [job["jobId"] for job in analyst.get("/export/jobs").json()] == [theirs]


def test_the_job_of_somebody_else_is_forbidden(api, connect, simulator):
    job_id = connect(simulator, user=4712).queue()
    refused = [api.get(f"/export/jobs/{job_id}"), api.results(job_id), api.cancel(job_id)]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert set(refused[0].json()) == {"code", "namespace", "errorId", "message", "orgId"}


def test_a_job_that_nobody_knows_is_a_bad_request(api):
    assert (api.get("/export/jobs/0123").status_code, api.results("0123").json()["code"]) == (400, "invalid_jobId")


def test_results_are_refused_until_the_job_is_done(api, clock):
    job_id = api.queue()
    assert (api.results(job_id).status_code, api.results(job_id).json()["code"]) == (400, "invalid_jobId")
    clock.step(3.0)
    assert api.results(job_id).status_code == 200


def test_results_expire(api, clock):
    job_id = api.queue()
    clock.step(3.0, days=30)
    assert (api.results(job_id).status_code, api.results(job_id).json()["code"]) == (400, "invalid_jobId")
    assert api.job(job_id)["status"] == "DONE"


def test_results_stay_the_same_while_the_forecast_moves_on(api, clock):
    job_id = api.queue(typesToExport=TYPES)
    clock.step(3.0)
    first = api.results(job_id).content
    clock.step(days=8)
    assert api.results(job_id).content == first
    assert api.export(typesToExport=TYPES).content != first


def test_downloads_are_counted_and_cost_no_quota(api, clock):
    job_id = api.queue()
    clock.step(3.0)
    for _ in range(2):
        api.results(job_id)
    assert (api.job(job_id)["downloads"], api.job(job_id)["viewed"]) == (2, True)
    assert api.get("/admin/limits").json()["jobs"]["availableMonthlyQuota"] == 999


def test_the_same_post_twice_is_two_jobs(api):
    assert api.queue(timePeriod="2027_Q4") != api.queue(timePeriod="2027_Q4")
    assert api.get("/admin/limits").json()["jobs"]["availableMonthlyQuota"] == 998


@pytest.mark.parametrize("period", ["2031_Q1", "2019_Q1", "2026-Q4", "FY27 Q4", "", "current quarter"])
def test_an_unknown_period_silently_answers_the_current_quarter(api, period):
    assert [each["timePeriodId"] for each in api.export(timePeriod=period).json()["timePeriods"]] == ["2027_Q4"]


def test_a_known_period_is_answered(api):
    document = api.export(timePeriod="2026_Q4", includeHistorical=True).json()
    assert {entry["timePeriodId"] for entry in document["entries"]} == {"2026_Q4"}


def test_a_quarter_that_has_not_begun_is_empty_without_an_error(api):
    assert api.export(timePeriod="2028_Q2").content == b'{"entries":[]}'


def test_only_the_latest_week_comes_unless_history_is_asked_for(api):
    assert len(api.export().json()["timeFrames"]) == 1
    assert len(api.export(includeHistorical=True).json()["timeFrames"]) == 4


def test_forecast_and_forecast_updated_are_the_default(api):
    keys = {key for entry in api.export().json()["entries"] for key in entry}
    assert {"forecastValue", "isUpdated"} <= keys
    assert not {"quotaValue", "adjustmentValue", "aggregationTotal", "crmClosed"} & keys


def test_wishes_are_read_from_the_query_when_the_body_lacks_them(api, clock):
    answer = api.post("/export/forecast/net_bookings?typesToExport=quota&timePeriod=2027_Q1&includeHistorical=true")
    clock.step(3.0)
    document = api.results(answer.json()["jobId"]).json()
    assert document["timePeriods"][0]["timePeriodId"] == "2027_Q1"
    assert all("quotaValue" in entry for entry in document["entries"])


def test_a_scope_is_the_root_of_what_comes(api):
    users = api.export().json()["users"]
    manager = next(user for user in users if user["hierarchyName"] == "Sales Manager - East")
    under = api.export(scopeId=f"{manager['userId'].partition(':')[0]}::MGR").json()["users"]
    assert 1 < len(under) < len(users)
    assert {user["parentHierarchyName"] for user in under} == {"Chief Revenue Officer", "Sales Manager - East"}


def test_a_scope_that_nobody_has_is_not_opted_in(api):
    answer = api.post("/export/forecast/net_bookings", json={"scopeId": "1905::MGR"})
    assert (answer.status_code, answer.json()["code"]) == (401, "no_optin")
    assert "1905::MGR" in answer.json()["message"]


def test_a_currency_is_converted_and_named(api):
    dollars, yen = api.export().json(), api.export(currency="JPY").json()
    assert yen["entries"][0]["currency"] == {"code": "JPY", "symbol": "¥"}
    assert yen["entries"][0]["forecastValue"] == pytest.approx(
        dollars["entries"][0]["forecastValue"] * 149.25, abs=0.01
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "bad_request"),
        ("[1]", "bad_request"),
        ('{"timePeriod": 7}', "bad_request"),
        ('{"schedule": "OFTEN"}', "bad_request"),
        ('{"exportFormat": "XLSX"}', "bad_request"),
        ('{"includeHistorical": "perhaps"}', "bad_request"),
        ('{"currency": "XXX"}', "bad_request"),
        ('{"typesToExport": ["forecast_value"]}', "bad_request"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_and_costs_nothing(api, body, code):
    answer = api.post("/export/forecast/net_bookings", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert api.get("/admin/limits").json()["jobs"]["submittedJobIds"] == []


def test_types_that_do_not_exist_are_named(api):
    answer = api.post("/export/forecast/net_bookings", json={"typesToExport": ["quota", "quota_value"]})
    assert json.dumps(["quota_value"]) in answer.json()["message"]


def test_a_forecast_that_does_not_exist_is_named(api):
    answer = api.post("/export/forecast/net%2Fbookings", json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_such_forecast_config")
    assert "net/bookings" in answer.json()["message"]


@pytest.mark.parametrize("path", ["/export/forecast", "/export/forecast/"])
def test_a_missing_forecast_is_said_to_be_missing(api, path):
    answer = api.post(path, json={})
    assert (answer.status_code, answer.json()["code"]) == (400, "missing_forecast_id")


def test_an_organisation_can_refuse_to_export_crm_values(start, connect):
    api = connect(start(export_refuses_crm=True))
    answer = api.post("/export/forecast/net_bookings", json={"typesToExport": ["forecast", "crm_total"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "type_not_supported")
    assert api.post("/export/forecast/net_bookings", json={"typesToExport": ["quota"]}).status_code == 200
    synchronous = api.get("/forecast/net_bookings?typesToExport=crm_total")
    assert "aggregationTotal" in synchronous.json()["entries"][0]


def test_a_user_without_opt_in_sees_no_forecast(simulator, connect):
    newcomer = connect(simulator, user=4713)
    answers = [newcomer.post("/export/forecast/net_bookings", json={}), newcomer.get("/forecast/net_bookings")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(401, "no_optin")] * 2
    assert newcomer.get("/admin/limits").status_code == 200


def test_too_many_jobs_and_no_quota_are_the_same_refusal_and_only_the_limits_tell(start, connect, clock):
    api = connect(start(concurrent_limit=1, monthly_quota=2))
    api.queue()
    crowded = api.post("/export/forecast/net_bookings", json={})
    assert api.get("/admin/limits").json()["jobs"]["availableMonthlyQuota"] == 1
    clock.step(3.0)
    api.queue()
    clock.step(3.0)
    spent = api.post("/export/forecast/net_bookings", json={})
    assert api.get("/admin/limits").json()["jobs"]["availableConcurrentLimit"] == 1
    assert (crowded.status_code, crowded.json()["code"]) == (400, "export_monthly_quota_reached")
    assert (spent.json()["code"], spent.json()["message"]) == (crowded.json()["code"], crowded.json()["message"])
    assert "quota limit of 2 or concurrent limit of 1" in spent.json()["message"]


def test_quota_belongs_to_the_organisation_and_comes_back_after_thirty_days(start, connect, clock):
    simulator = start(monthly_quota=1)
    connect(simulator, user=4712).queue()
    api = connect(simulator)
    assert api.post("/export/forecast/net_bookings", json={}).status_code == 400
    clock.step(days=30)
    assert api.post("/export/forecast/net_bookings", json={}).status_code == 200


def test_running_jobs_are_listed_only_while_something_runs(api, clock):
    assert "runningJobIds" not in api.get("/admin/limits").json()["jobs"]
    job_id = api.queue()
    clock.step(1.0)
    assert api.get("/admin/limits").json()["jobs"]["runningJobIds"] == [job_id]
    clock.step(2.0)
    assert "runningJobIds" not in api.get("/admin/limits").json()["jobs"]


def test_a_job_that_has_not_run_is_cancelled_and_frees_its_quota(api):
    job_id = api.queue()
    assert api.cancel(job_id).json() == {"status": "CANCELLED", "successful": True}
    limits = api.get("/admin/limits").json()["jobs"]
    assert (limits["availableMonthlyQuota"], limits["availableConcurrentLimit"]) == (1000, 3)
    assert api.job(job_id)["status"] == "CANCELLED"


def test_a_job_that_runs_is_aborted(api, clock):
    job_id = api.queue()
    clock.step(1.5)
    assert api.cancel(job_id).status_code == 200
    clock.step(10.0)
    assert api.job(job_id)["status"] == "ABORTED"
    assert api.results(job_id).status_code == 400


def test_a_finished_job_cannot_be_cancelled_nor_one_twice(api, clock):
    done = api.queue()
    clock.step(3.0)
    cancelled = api.queue()
    api.cancel(cancelled)
    codes = [api.cancel(job_id).json()["code"] for job_id in (done, cancelled)]
    assert codes == ["export_failed_to_cancel"] * 2
    assert api.job(done)["status"] == "DONE"


def test_nothing_but_cancel_can_be_done_to_a_job(api):
    job_id = api.queue()
    answers = [api.cancel(job_id, json={"type": "PAUSE"}), api.cancel(job_id, content="{", json=None)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert api.job(job_id)["status"] == "SCHEDULED"


def test_a_job_that_fails_stays_failed_without_a_schedule(start, connect, clock):
    api = connect(start(failing_jobs=frozenset({1})))
    job_id = api.queue()
    clock.step(3.0)
    assert api.job(job_id)["status"] == "FAILED"
    clock.step(days=1)
    assert api.job(job_id)["status"] == "FAILED"
    assert api.export().status_code == 200


@pytest.mark.parametrize("schedule", ["ONCE", "MAX"])
def test_a_job_with_a_schedule_is_tried_again_after_half_an_hour(start, connect, clock, schedule):
    api = connect(start(failing_jobs=frozenset({1})))
    job_id = api.queue(schedule=schedule)
    clock.step(1799.0)
    assert api.job(job_id)["status"] == "SCHEDULED"
    clock.step(6.0)
    assert api.job(job_id)["status"] == "DONE"


def test_a_stuck_job_stays_started_until_it_is_cancelled(start, connect, clock):
    api = connect(start(stuck_jobs=frozenset({1})))
    job_id = api.queue()
    clock.step(days=1)
    assert api.job(job_id)["status"] == "STARTED"
    api.cancel(job_id)
    assert api.job(job_id)["status"] == "ABORTED"
    assert api.export().status_code == 200


def test_a_truncated_job_is_done_and_says_so_in_one_flag_alone(start, connect, clock):
    api = connect(start(truncated_jobs=frozenset({1})))
    cut, whole = api.queue(), api.queue()
    clock.step(3.0)
    assert [(api.job(each)["status"], api.job(each)["rowsTruncated"]) for each in (cut, whole)] == [
        ("DONE", True),
        ("DONE", False),
    ]
    entries = [len(api.results(each).json()["entries"]) for each in (cut, whole)]
    assert entries[0] == entries[1] // 2


def test_csv_has_a_row_for_each_value_formatted_for_people(api):
    answer = api.export(exportFormat="CSV", typesToExport=["forecast", "forecast_updated"])
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    header, first, second, *_ = answer.text.splitlines()
    assert header == (
        "User,Email,CRM User ID,Role,Parent Role,Timeframe,Field,Week,Start Day,End Day,Data Type,Data Value"
    )
    assert first.endswith('11/18/2026,11/24/2026,Forecast Value,"$2,888,458.94"')
    assert second.endswith("Forecast Updated,Yes")


def test_activities_are_exported_by_type_and_day(api, clock):
    wishes = {"activityTypes": ["MEETING"], "startDate": "2026-11-10T00:00:00Z", "endDate": "2026-11-20T00:00:00Z"}
    answer = api.post("/export/activity", json=wishes)
    assert answer.status_code == 202
    clock.step(3.0)
    activities = api.results(answer.json()["jobId"]).json()["activities"]
    assert {each["activityType"] for each in activities} == {"MEETING"}
    assert len({each["activityId"] for each in activities}) == len(activities)


@pytest.mark.parametrize(
    "body",
    ["{", '{"activityTypes": ["CALL"]}', '{"exportFormat": "CSV"}', '{"startDate": "yesterday"}', '{"startDate": 5}'],
)
def test_an_activity_export_that_cannot_be_meant_is_refused(api, body):
    answer = api.post("/export/activity", content=body)
    assert (answer.status_code, answer.json()["namespace"]) == (400, "activity")


def test_audit_events_are_exported_with_their_actors(api, clock):
    answer = api.post("/export/audit/events", json={"actorId": 4711})
    assert answer.status_code == 202
    clock.step(3.0)
    document = api.results(answer.json()["jobId"]).json()
    assert {event["actorId"] for event in document["items"]} == {"4711"}
    assert [actor["email"] for actor in document["actors"]] == ["clari-export@example.com"]


@pytest.mark.parametrize("body", ["{", '{"dateFrom": "soon"}', '{"dateFrom": "2026-11-20", "dateTo": "2026-11-10"}'])
def test_an_audit_export_that_cannot_be_meant_is_refused_in_the_words_of_audit(api, body):
    answer = api.post("/export/audit/events", content=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["status"] == "400"
