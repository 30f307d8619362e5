"""What the vendor's own document shows as answers, against our contracts. The document is read, never copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from clari_readiness.validation import Contracts

DOCUMENT = Path(__file__).parents[3] / "shared" / "reference" / "clari-revenue-api-openapi.yml"
METHODS = ("get", "post", "patch", "put", "delete")
Answer = tuple[str, str, str]

ANSWERS: dict[Answer, str] = {
    ("post", "/export/forecast/{forecastId}", "200"): "job_created",
    ("post", "/export/forecast/{forecastId}", "400"): "export_error",
    ("post", "/export/forecast/{forecastId}", "401"): "export_error",
    ("post", "/export/forecast/{forecastId}", "500"): "export_error",
    ("get", "/export/jobs/{jobId}", "200"): "job",
    ("get", "/export/jobs/{jobId}", "400"): "export_error",
    ("get", "/export/jobs/{jobId}", "403"): "export_error",
    ("get", "/export/jobs/{jobId}", "500"): "export_error",
    ("patch", "/export/jobs/{jobId}", "200"): "job_cancelled",
    ("patch", "/export/jobs/{jobId}", "400"): "export_error",
    ("patch", "/export/jobs/{jobId}", "500"): "export_error",
    ("get", "/export/jobs/{jobId}/results", "200"): "forecast",
    ("get", "/export/jobs/{jobId}/results", "400"): "export_error",
    ("get", "/export/jobs/{jobId}/results", "500"): "export_error",
    ("get", "/export/jobs", "200"): "jobs",
    ("get", "/export/jobs", "400"): "export_error",
    ("get", "/export/jobs", "403"): "export_error",
    ("get", "/export/jobs", "500"): "export_error",
    ("get", "/admin/limits", "200"): "limits",
    ("get", "/admin/limits", "500"): "export_error",
    ("post", "/export/audit/events", "202"): "job_created",
    ("post", "/export/audit/events", "500"): "export_error",
    ("post", "/export/audit/events", "x-export-results"): "audit_export",
    ("get", "/audit/events", "200"): "audit_events",
    ("get", "/audit/events", "4XX"): "audit_error",
    ("get", "/audit/events", "5XX"): "audit_error",
    ("get", "/opportunity", "200"): "opportunities",
    ("get", "/opportunity", "4XX"): "opportunity_error",
    ("get", "/opportunity", "5XX"): "opportunity_error",
    ("post", "/export/activity", "202"): "job_created",
    ("post", "/export/activity", "400"): "export_error",
    ("post", "/export/activity", "401"): "gateway_error",
    ("post", "/export/activity", "500"): "export_error",
    ("post", "/export/activity", "x-export-results"): "activity_export",
}
TWO_SHAPES: dict[Answer, tuple[str, str]] = {
    ("post", "/export/audit/events", "400"): ("audit_error", "export_error"),
}
DEFECTS: dict[Answer, str] = {
    ("get", "/export/jobs", "200"): "the values are texts with stray commas (F7)",
    (
        "get",
        "/export/jobs/{jobId}/results",
        "200",
    ): "a list of the cells of a CSV, for a document of five lists (F9, F19)",
}
WHOLE: list[Answer] = [
    ("post", "/export/forecast/{forecastId}", "200"),
    ("get", "/export/jobs/{jobId}", "200"),
    ("patch", "/export/jobs/{jobId}", "200"),
    ("post", "/export/activity", "x-export-results"),
]
WITHOUT_SCHEMA: list[Answer] = [("get", "/export/jobs/{jobId}/results", "200")]


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return Contracts()


@pytest.fixture(scope="module")
def document() -> Any:
    if not DOCUMENT.is_file():
        pytest.skip(
            "the vendor's document is not beside the repository: ../shared/reference/clari-revenue-api-openapi.yml"
        )
    return yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("answer", WHOLE, ids=" ".join)
def test_a_whole_example_validates(contracts: Contracts, document: Any, answer: Answer) -> None:
    examples = list(_whole_examples(_content(document, answer)))
    assert examples
    assert [contracts.violations(ANSWERS[answer], example) for example in examples] == [()] * len(examples)


@pytest.mark.parametrize("answer", [answer for answer in ANSWERS if answer not in WITHOUT_SCHEMA], ids=" ".join)
def test_what_is_built_from_the_properties_and_their_examples_validates(
    contracts: Contracts, document: Any, answer: Answer
) -> None:
    built = list(_built(document, _content(document, answer)["schema"]))
    assert built
    assert [contracts.violations(ANSWERS[answer], value) for value in built] == [()] * len(built)


@pytest.mark.parametrize("answer", TWO_SHAPES, ids=" ".join)
def test_where_an_answer_has_two_shapes_each_has_its_contract(
    contracts: Contracts, document: Any, answer: Answer
) -> None:
    built = list(_built(document, _content(document, answer)["schema"]))
    assert [contracts.violations(name, example) for name, example in zip(TWO_SHAPES[answer], built, strict=True)] == [
        (),
        (),
    ]


@pytest.mark.parametrize("answer", DEFECTS, ids=" ".join)
def test_a_known_defect_is_refused(contracts: Contracts, document: Any, answer: Answer) -> None:
    examples = list(_whole_examples(_content(document, answer)))
    assert examples
    for example in examples:
        assert contracts.violations(ANSWERS[answer], example), f"mended upstream? it was listed as: {DEFECTS[answer]}"


def test_every_answer_with_a_body_has_its_contract(document: Any) -> None:
    """Ingest is left out: it is a surface to write to (F4), and nothing here reads its answers."""
    described = {
        (method, path, str(status))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and not path.startswith("/ingest")
        for status, response in operation["responses"].items()
        if response.get("content")
    }
    assert described == {*ANSWERS, *TWO_SHAPES}


def test_no_whole_example_is_overlooked(document: Any) -> None:
    shown = {answer for answer in ANSWERS if any(True for _ in _whole_examples(_content(document, answer)))}
    assert shown == {*WHOLE, *DEFECTS}


def _content(document: Any, answer: Answer) -> dict[str, Any]:
    method, path, status = answer
    responses = {str(key): value for key, value in document["paths"][path][method]["responses"].items()}
    content: dict[str, Any] = responses[status]["content"]["application/json"]
    return content


def _whole_examples(content: dict[str, Any]) -> Iterator[Any]:
    if "example" in content:
        yield content["example"]
    yield from (example["value"] for example in content.get("examples", {}).values())
    if "example" in (content.get("schema") or {}):
        yield content["schema"]["example"]


def _built(document: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """Yield one value for each alternative at the top: property by property, from the example where there is one."""
    for alternative in _resolved(document, schema or {}).get("oneOf", [schema]):
        if alternative:
            yield _value(document, alternative)


def _value(document: Any, schema: dict[str, Any]) -> Any:
    schema = _resolved(document, schema)
    if schema.get("type") == "object":
        return {name: _value(document, part) for name, part in schema.get("properties", {}).items()}
    if "example" in schema:
        return schema["example"]
    if schema.get("type") == "array":
        return [_value(document, schema["items"])]
    return schema.get("enum", [_stand_in(schema)])[0]


def _stand_in(schema: dict[str, Any]) -> Any:
    """Return something for a property without an example: the contract must accept what the type and format allow."""
    if schema.get("type") in ("integer", "boolean"):
        return {"integer": 1, "boolean": True}[schema["type"]]
    formats = {"date-time": "2017-05-03T16:22:18Z", "url": "https://api.clari.com/v4/audit/events", "ipv4": "192.0.2.1"}
    return formats.get(schema.get("format", ""), "4" * schema.get("minLength", 1))


def _resolved(document: Any, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
        schema = found
    return schema
