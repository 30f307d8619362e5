"""The simulator's answers satisfy our contracts: all of them, over all of what it can be asked."""

import pytest

from clari_readiness.simulator import Match, Status
from clari_readiness.validation import Contracts

TYPES = ["forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed"]


@pytest.fixture(scope="module")
def contracts():
    return Contracts()


@pytest.fixture
def satisfies(contracts):
    def satisfying(name, answer):
        assert [str(violation) for violation in contracts.violations(name, answer.json())] == []

    return satisfying


@pytest.mark.parametrize("period", ["2026_Q3", "2027_Q3", "2027_Q4", "2028_Q1"])
@pytest.mark.parametrize("types", [TYPES, ["forecast"], ["crm_closed"], ["adjustment"]])
def test_exports_satisfy_the_contract_of_a_forecast(api, contracts, satisfies, period, types):
    answer = api.export(timePeriod=period, typesToExport=types, includeHistorical=True)
    satisfies("forecast", answer)
    assert contracts.references(answer.json()) == ()


def test_the_synchronous_forecast_satisfies_the_contract_of_a_forecast(api, satisfies):
    satisfies("forecast", api.get("/forecast/net_bookings"))


@pytest.mark.parametrize("wrapped", [True, False])
def test_jobs_satisfy_their_contracts_in_every_state(start, connect, clock, satisfies, wrapped):
    simulator = start(wrapped_jobs=wrapped, wrapped_job_lists=wrapped, failing_jobs=frozenset({2}))
    api = connect(simulator)
    jobs = [api.queue() for _ in range(3)]
    satisfies("job_cancelled", api.cancel(jobs[2]))
    for _ in range(3):
        for job_id in jobs:
            satisfies("job", api.get(f"/export/jobs/{job_id}"))
        satisfies("jobs", api.get("/export/jobs"))
        clock.step(1.5)


def test_queueing_and_limits_satisfy_their_contracts(api, clock, satisfies):
    satisfies("limits", api.get("/admin/limits"))
    satisfies("job_created", api.post("/export/forecast/net_bookings", json={}))
    clock.step(1.0)
    satisfies("limits", api.get("/admin/limits"))
    for path in ("/export/activity", "/export/audit/events"):
        satisfies("job_created", api.post(path, json={}))


def test_audit_activities_opportunities_and_types_satisfy_their_contracts(api, simulator, connect, clock, satisfies):
    satisfies("audit_events", api.get("/audit/events"))
    satisfies("audit_events", api.get("/audit/events?limit=1000"))
    satisfies("opportunities", api.get("/opportunity", params={"oppId": simulator.opportunity_ids[:9]}))
    satisfies("forecast_types", connect(simulator, profile="v1").get("/forecast/types"))
    jobs = [api.post(f"/export/{path}", json={}).json()["jobId"] for path in ("activity", "audit/events")]
    clock.step(3.0)
    satisfies("activity_export", api.results(jobs[0]))
    satisfies("audit_export", api.results(jobs[1]))


def test_refusals_satisfy_the_contract_of_their_surface(api, connect, simulator, satisfies):
    satisfies("export_error", api.post("/export/forecast/nope", json={}))
    satisfies("export_error", api.get("/export/jobs/1"))
    satisfies("export_error", connect(simulator, user=4713).get("/forecast/net_bookings"))
    satisfies("export_error", api.post("/export/activity", content="{"))
    satisfies("audit_error", api.get("/audit/events?limit=0"))
    satisfies("audit_error", api.post("/export/audit/events", content="{"))
    satisfies("opportunity_error", api.get("/opportunity"))
    satisfies("gateway_error", api.get("/nowhere"))


@pytest.mark.parametrize(
    ("path", "contract"),
    [
        ("/export/jobs", "export_error"),
        ("/audit/events", "audit_error"),
        ("/opportunity", "opportunity_error"),
        ("/nowhere", "gateway_error"),
    ],
)
def test_server_errors_satisfy_the_contract_of_their_surface(api, simulator, satisfies, path, contract):
    simulator.set_faults([Status(Match("GET"), 503)])
    satisfies(contract, api.get(path))


def test_a_bad_key_satisfies_the_gateways_contract(anybody, simulator, satisfies):
    satisfies("gateway_error", anybody.get(f"{simulator.base_url()}/admin/limits"))
