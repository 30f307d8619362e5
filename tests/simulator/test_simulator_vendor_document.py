"""The simulator against the vendor's document: every response that has a schema, provoked and validated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from clari_readiness.simulator import ManualClock, Match, Simulator, Status

Response = tuple[str, str, str]
"""A response of the document: method, path and status as they are written there."""

FORECAST, JOBS, JOB = "/export/forecast/{forecastId}", "/export/jobs", "/export/jobs/{jobId}"
RESULTS, LIMITS, AUDIT = "/export/jobs/{jobId}/results", "/admin/limits", "/audit/events"
AUDIT_EXPORT, ACTIVITY, OPPORTUNITY = "/export/audit/events", "/export/activity", "/opportunity"
BULK, ENTITY, INGEST_JOB = "/ingest/bulk/entity/{entity}", "/ingest/entity/{entity}", "/ingest/job/{jobId}"
PICKLIST = "/ingest/schema/{entity}/field"
RESULT = "x-export-results"
PARTNER = {"partnerkey": "partner"}

WRITES = "the simulator takes nothing in (F4): a gate that only reads must never see a write succeed"

NOT_COVERED: dict[Response, str] = {
    ("POST", BULK, "202"): WRITES,
    ("GET", INGEST_JOB, "200"): WRITES,
    ("GET", INGEST_JOB, "202"): WRITES,
    ("GET", INGEST_JOB, "400"): WRITES,
    ("GET", INGEST_JOB, "500"): "its body describes a job that failed, and there is never a job",
    ("POST", PICKLIST, "200"): WRITES,
    ("GET", PICKLIST, "200"): WRITES,
}


@dataclass(frozen=True)
class Stage:
    """What there is to provoke with."""

    simulator: Simulator
    clock: ManualClock
    api: Any
    analyst: Any
    newcomer: Any
    anybody: httpx.Client

    def ingest(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.api.http.request(method, f"/ingest/{path}", **more)

    def running(self) -> httpx.Response:
        self.api.queue()
        self.clock.step(1.0)
        return self.api.get("/admin/limits")

    def job_list(self) -> httpx.Response:
        self.api.queue()
        return self.api.get("/export/jobs")

    def cancelled_twice(self) -> httpx.Response:
        job_id = self.api.queue()
        self.api.cancel(job_id)
        return self.api.cancel(job_id)

    def results_of(self, path: str) -> httpx.Response:
        job_id = self.api.post(path, json={}).json()["jobId"]
        self.clock.step(3.0)
        return self.api.results(job_id)

    def opportunities(self) -> httpx.Response:
        return self.api.get("/opportunity", params={"oppId": self.simulator.opportunity_ids[:3]})


OWN: dict[Response, Callable[[Stage], httpx.Response]] = {
    ("POST", FORECAST, "200"): lambda on: on.api.post("/export/forecast/net_bookings", json={}),
    ("POST", FORECAST, "400"): lambda on: on.api.post("/export/forecast/nope", json={}),
    ("POST", FORECAST, "401"): lambda on: on.newcomer.post("/export/forecast/net_bookings", json={}),
    ("GET", JOB, "200"): lambda on: on.api.get(f"/export/jobs/{on.api.queue()}"),
    ("GET", JOB, "400"): lambda on: on.api.get("/export/jobs/1"),
    ("GET", JOB, "403"): lambda on: on.api.get(f"/export/jobs/{on.analyst.queue()}"),
    ("PATCH", JOB, "200"): lambda on: on.api.cancel(on.api.queue()),
    ("PATCH", JOB, "400"): Stage.cancelled_twice,
    ("GET", RESULTS, "400"): lambda on: on.api.results(on.api.queue()),
    ("GET", JOBS, "200"): Stage.job_list,
    ("GET", LIMITS, "200"): Stage.running,
    ("POST", AUDIT_EXPORT, "202"): lambda on: on.api.post("/export/audit/events", json={}),
    ("POST", AUDIT_EXPORT, "400"): lambda on: on.api.post("/export/audit/events", json={"dateFrom": "soon"}),
    ("POST", AUDIT_EXPORT, RESULT): lambda on: on.results_of("/export/audit/events"),
    ("GET", AUDIT, "200"): lambda on: on.api.get("/audit/events?limit=5"),
    ("GET", AUDIT, "4XX"): lambda on: on.api.get("/audit/events?limit=0"),
    ("GET", OPPORTUNITY, "200"): Stage.opportunities,
    ("GET", OPPORTUNITY, "4XX"): lambda on: on.api.get("/opportunity"),
    ("POST", ACTIVITY, "202"): lambda on: on.api.post("/export/activity", json={}),
    ("POST", ACTIVITY, "400"): lambda on: on.api.post("/export/activity", json={"exportFormat": "CSV"}),
    ("POST", ACTIVITY, "401"): lambda on: on.anybody.post(f"{on.simulator.base_url()}/export/activity"),
    ("POST", ACTIVITY, RESULT): lambda on: on.results_of("/export/activity"),
    ("POST", BULK, "401"): lambda on: on.ingest("POST", "bulk/entity/account"),
    ("POST", BULK, "403"): lambda on: on.ingest("POST", "bulk/entity/account", headers=PARTNER),
    ("POST", ENTITY, "401"): lambda on: on.ingest("POST", "entity/account"),
    ("POST", ENTITY, "403"): lambda on: on.ingest("POST", "entity/account", headers=PARTNER),
    ("GET", INGEST_JOB, "401"): lambda on: on.ingest("GET", "job/1"),
    ("GET", INGEST_JOB, "404"): lambda on: on.ingest("GET", "job/1", headers=PARTNER),
    ("POST", PICKLIST, "401"): lambda on: on.ingest("POST", "schema/account/field"),
    ("GET", PICKLIST, "401"): lambda on: on.ingest("GET", "schema/account/field"),
}
"""What the simulator answers by itself."""

BY_FAULT: dict[Response, tuple[str, int]] = {
    ("POST", FORECAST, "500"): ("/export/forecast/net_bookings", 500),
    ("GET", JOB, "500"): ("/export/jobs/1", 500),
    ("PATCH", JOB, "500"): ("/export/jobs/1", 500),
    ("GET", RESULTS, "500"): ("/export/jobs/1/results", 500),
    ("GET", JOBS, "400"): ("/export/jobs", 400),
    ("GET", JOBS, "403"): ("/export/jobs", 403),
    ("GET", JOBS, "500"): ("/export/jobs", 500),
    ("GET", LIMITS, "500"): ("/admin/limits", 500),
    ("POST", AUDIT_EXPORT, "500"): ("/export/audit/events", 500),
    ("GET", AUDIT, "5XX"): ("/audit/events", 503),
    ("GET", OPPORTUNITY, "5XX"): ("/opportunity", 502),
    ("POST", ACTIVITY, "500"): ("/export/activity", 500),
    ("POST", BULK, "400"): ("/ingest/bulk/entity/account", 400),
    ("POST", BULK, "428"): ("/ingest/bulk/entity/account", 428),
    ("POST", BULK, "429"): ("/ingest/bulk/entity/account", 429),
    ("POST", BULK, "500"): ("/ingest/bulk/entity/account", 500),
    ("POST", ENTITY, "400"): ("/ingest/entity/account", 400),
    ("POST", ENTITY, "428"): ("/ingest/entity/account", 428),
    ("POST", ENTITY, "429"): ("/ingest/entity/account", 429),
    ("POST", ENTITY, "500"): ("/ingest/entity/account", 500),
    ("GET", INGEST_JOB, "429"): ("/ingest/job/1", 429),
    ("POST", PICKLIST, "400"): ("/ingest/schema/account/field", 400),
    ("POST", PICKLIST, "429"): ("/ingest/schema/account/field", 429),
    ("POST", PICKLIST, "500"): ("/ingest/schema/account/field", 500),
    ("GET", PICKLIST, "429"): ("/ingest/schema/account/field", 429),
}
"""What it answers where the fault of a status makes it, with the body that the surface has for that status."""

UNSAID = {
    "nextLink": "on the last page, and in the results of an export, there is none (F29)",
    "impersonatingActorId": "nobody acts for somebody else",
    "correlationID": "optional, and nothing rests on it",
    "eventTimestamp": "sometimes absent, to be met (F29)",
    "imageUrl": "decoration",
    "trend": "decoration",
    "trendHistory": "decoration",
}
"""What the vendor's schemas list and an answer need not say."""


@pytest.fixture
def stage(simulator, clock, connect, anybody):
    return Stage(
        simulator, clock, connect(simulator), connect(simulator, user=4712), connect(simulator, user=4713), anybody
    )


def documented(document: dict) -> dict[Response, dict]:
    """Return the schema of every response that has one."""
    return {
        (method.upper(), path, status): schema
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status, response in operation["responses"].items()
        if (schema := response.get("content", {}).get("application/json", {}).get("schema"))
    }


def check(response: Response, answer: httpx.Response, document: dict) -> Any:
    """Assert that the answer is the documented response to the documented operation, and return what it holds."""
    method, path, status = response
    if status != RESULT:
        assert answer.request.method == method
        assert re.fullmatch("/v4" + re.sub(r"\{\w+\}", "[^/]+", path), answer.request.url.path)
        assert re.fullmatch(status.replace("X", r"\d"), str(answer.status_code))
    assert answer.headers["content-type"] == "application/json"
    said = answer.json()
    said = said["job"] if response == ("GET", JOB, "200") else said  # wrapped, as in production (F6)
    validator = OAS30Validator(documented(document)[response], format_checker=oas30_format_checker)
    assert [f"{problem.json_path}: {problem.message}" for problem in validator.iter_errors(said)] == []
    return said


@pytest.mark.parametrize("response", OWN, ids=" ".join)
def test_an_answer_is_what_the_vendor_documents(response, vendor_document, stage):
    check(response, OWN[response](stage), vendor_document)


@pytest.mark.parametrize("response", BY_FAULT, ids=" ".join)
def test_an_answer_of_a_fault_is_what_the_vendor_documents(response, vendor_document, stage):
    path, status = BY_FAULT[response]
    stage.simulator.set_faults([Status(Match(), status)])
    check(response, stage.api.http.request(response[0], path), vendor_document)


@pytest.mark.parametrize("response", [each for each in OWN if each[2][0] in "2x"], ids=" ".join)
def test_a_good_answer_says_all_that_the_vendor_lists(response, vendor_document, stage):
    if response == ("GET", JOB, "200"):
        job_id = stage.api.queue()
        stage.clock.step(3.0)
        said = stage.api.job(job_id)
    else:
        said = check(response, OWN[response](stage), vendor_document)
    said = [job | {"endTime": 0, "expiredTime": 0} for job in said] if response == ("GET", JOBS, "200") else said
    assert set(unsaid(documented(vendor_document)[response], said)) <= set(UNSAID)


def unsaid(schema: dict, said: Any) -> Iterator[str]:
    """Yield the properties that the schema lists, at any depth, and that are nowhere said."""
    if isinstance(said, list):
        for each in said:
            yield from unsaid(schema.get("items", {}), each)
    elif isinstance(said, dict):
        for name, inner in schema.get("properties", {}).items():
            yield from unsaid(inner, said[name]) if name in said else [name]


def test_all_of_the_document_is_covered_or_the_reason_is_in_the_table(vendor_document, record_property):
    every = set(documented(vendor_document))
    covered = {*OWN, *BY_FAULT}
    assert set(OWN).isdisjoint(BY_FAULT)
    assert covered.isdisjoint(NOT_COVERED)
    assert covered | set(NOT_COVERED) == every
    operations = {response[:2] for response in every}
    met = {response[:2] for response in covered}
    record_property(
        "said",
        f"the vendor's document: {len(met)} of {len(operations)} operations and {len(covered)} of {len(every)} "
        f"responses with a schema covered ({len(OWN)} by the simulator itself, {len(BY_FAULT)} by a fault)",
    )
    for each, why in NOT_COVERED.items():
        record_property("said", f"  not covered: {' '.join(each)}: {why}")
    assert (len(met), len(operations)) == (15, 15)
    assert len(covered) >= 55
