"""Schemathesis asks the simulator what the vendor's document allows, and more; the overlay says the rest."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clari_readiness.simulator import ManualClock, Organisation, Simulator

OVERLAY = yaml.safe_load((Path(__file__).parent / "overlay.yaml").read_text(encoding="utf-8"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(vendor_document):
    document = copy.deepcopy(vendor_document)
    for each in OVERLAY["statuses"]:
        for responses in meant(document, each):
            responses.setdefault(each["status"], {"description": f"{each['why']} ({each['fact']})"})
    for each in OVERLAY["bodies"]:
        for responses in meant(document, each):
            content = responses[each["status"]]["content"]["application/json"]
            content["schema"] = {"anyOf": [content["schema"], each["also"]]}
    # Only what HTTP can answer: the results of exports are documented as one more response.
    for method, path in every_operation(document):
        document["paths"][path][method.lower()]["responses"].pop("x-export-results", None)
    return schemathesis.openapi.from_dict(document)


@pytest.fixture(scope="module")
def crowd():
    """A simulator in which nothing ever runs out."""
    organisation = Organisation(concurrent_limit=10**6, monthly_quota=10**6)
    with Simulator(organisation, clock=ManualClock()) as simulator:
        yield simulator


@pytest.fixture
def there(crowd):
    """Return what a request to a path can name that is really there: a job that is done, or for PATCH one that runs."""

    def naming(method, path):
        url, headers = f"{crowd.base_url()}/export/forecast/net_bookings", {"apikey": crowd.key}
        job_id = httpx.post(url, headers=headers, json={}).json()["jobId"]
        if method != "PATCH":
            crowd.clock.sleep(3.0)
        known = {"forecastId": "net_bookings", "jobId": job_id}
        return {name: value for name, value in known.items() if f"{{{name}}}" in path} or None

    return naming


def every_operation(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(method.upper(), path) for path, operations in document["paths"].items() for method in operations]


def meant(document: dict[str, Any], entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the responses of every operation that an entry of the overlay is about."""
    return [
        document["paths"][path][method.lower()]["responses"]
        for method, path in every_operation(document)
        if f"{method} {path}" in entry["where"] or entry["where"] == ["*"]
    ]


def test_the_overlay_names_every_operation_of_the_document_and_no_other(vendor_document):
    operations = {f"{method} {path}" for method, path in every_operation(vendor_document)}
    assert set(OVERLAY["operations"]) == operations
    assert {where for each in OVERLAY["statuses"] for where in each["where"]} - {"*"} <= operations


def test_every_undocumented_status_rests_on_a_fact(vendor_document):
    for each in OVERLAY["statuses"]:
        assert each["fact"] in {"F4", "F25", "F26", "F27"}
        if each["where"] != ["*"]:
            documented = [responses for responses in meant(vendor_document, each) if each["status"] in responses]
            assert documented == [], "documented by now: take it out"


# What is sent to ingest is refused unread (F4), so there only requests that could be meant are worth their time.
ASKED = [
    pytest.param(name, mode, id=f"{name} {mode.value}")
    for name in OVERLAY["operations"]
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or "/ingest" not in name
]


@pytest.mark.parametrize(("name", "mode"), ASKED)
def test_whatever_is_asked_is_answered_as_documented(schema, crowd, there, name, mode):
    method, _, path = name.partition(" ")
    operation = schema[path][method]
    valid = mode is GenerationMode.POSITIVE
    named = there(method, path) if valid else None
    seen = set()

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=named))
    def ask(case):
        answer = case.call(base_url=crowd.base_url(), headers={"apikey": crowd.key})
        case.validate_response(answer, checks=CHECKS)
        seen.add(answer.status_code // 100)

    ask()
    if valid and not path.startswith("/ingest"):
        assert 2 in seen, "nothing that is valid was ever accepted"
