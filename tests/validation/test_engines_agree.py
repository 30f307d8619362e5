"""Two engines, one verdict: jsonschema-rs, which is fast and ours, and jsonschema, which is the reference."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from clari_readiness.validation import Contracts
from tests.strategies import forecast_documents
from tests.validation import specimens

CONTRACTS = Contracts()
RESOURCES = [(f"{name}.schema.json", Resource.from_contents(specimens.schema(name))) for name in specimens.READ]
REGISTRY: Registry[Any] = Registry().with_resources(RESOURCES)
REFERENCE = {
    name: jsonschema.Draft202012Validator(
        specimens.schema(name), registry=REGISTRY, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    for name in specimens.READ
}
SPECIMENS = [
    (name, document)
    for name in specimens.READ
    for document in (*specimens.valid(name).values(), *(refused for _, refused in specimens.invalid(name).values()))
]
# Python's `$` matches before a last line end and ECMA 262's, which JSON Schema means, does not: pinned below.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: not text.endswith("\n"))
PERIODS = ["2026_Q3", "2026_Q0", "2026_Q33", "٢٠٢٦_Q3", "2026", "20266"]
DAYS = ["2026-02-28", "2026-02-29", "2028-02-29", "2026-7-8", "0000-01-01", "20260708"]
TIMES = ["2026-07-08T16:22:18Z", "2026-07-08t16:22:18.1+02:00", "2026-07-08T24:00:00Z", "2026-07-08T16:22:18"]
OTHERS = ["", " ", "USD", "usd", "a@b", "a@b@c", "DONE", "done", "-1", "0", "400", "999", "HTTPS://x", "https://"]
NEAR_MISSES = st.sampled_from([*PERIODS, *DAYS, *TIMES, *OTHERS])
NUMBERS = (
    st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0, 1, -1])
)
LEAVES = st.none() | st.booleans() | NUMBERS | TEXTS | NEAR_MISSES
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=5
)
CAREFUL = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ours(name: str, document: Any) -> set[str]:
    return {violation.path for violation in CONTRACTS.violations(name, document)}


def theirs(name: str, document: Any) -> set[str]:
    return {path for error in REFERENCE[name].iter_errors(document) for path in _paths(error)}


def _paths(error: jsonschema.ValidationError) -> Iterator[str]:
    here = "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    if error.validator == "required":
        yield from (f"{here}.{key}" for key in error.validator_value if key not in error.instance)
    else:
        yield here


def _nodes(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    steps = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for step, inner in steps:
        yield from _nodes(inner, (*path, step))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw a document that one of our examples or strategies gave, with some of its nodes replaced or taken out."""
    name, document = draw(
        st.sampled_from(SPECIMENS) | forecast_documents(max_entries=2).map(lambda drawn: ("forecast", drawn))
    )
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(_nodes(document))))
        if not path:
            continue
        holder = document
        for step in path[:-1]:
            holder = holder[step]
        if draw(st.booleans()):
            holder[path[-1]] = draw(VALUES)
        else:
            del holder[path[-1]]
    return name, document


@pytest.mark.parametrize("name", specimens.READ)
def test_both_engines_refuse_every_example_at_the_same_paths(name: str) -> None:
    for of, document in SPECIMENS:
        if of == name:
            assert ours(name, document) == theirs(name, document)


@CAREFUL
@given(damaged())
@example(("opportunities", [{"id": "a", "crmScore": {"score": 1e300}}]))
def test_both_engines_refuse_a_damaged_document_at_the_same_paths(drawn: tuple[str, Any]) -> None:
    """Law: whatever is done to a document, both engines name the same paths."""
    name, document = drawn
    assert ours(name, document) == theirs(name, document)


@settings(CAREFUL, max_examples=150)
@given(st.sampled_from(specimens.READ), VALUES)
def test_both_engines_refuse_any_json_at_the_same_paths(name: str, document: Any) -> None:
    """Law: the same for documents that were never meant to be one."""
    assert ours(name, document) == theirs(name, document)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_they_differ_on_nan_and_infinity_and_ours_refuses(number: float) -> None:
    """JSON has neither, though Python's decoder reads both: an amount of NaN must not reach a warehouse."""
    document = copy.deepcopy(specimens.valid("forecast")["minimal"])
    document["entries"][0]["forecastValue"] = number
    assert ours("forecast", document) == {"$.entries[0].forecastValue"}
    assert theirs("forecast", document) == set()


def test_they_differ_on_a_last_line_end_and_ours_refuses() -> None:
    document = copy.deepcopy(specimens.valid("forecast")["minimal"])
    document["timePeriods"][0]["timePeriodId"] = "2026_Q3\n"
    assert ours("forecast", document) == {"$.timePeriods[0].timePeriodId"}
    assert theirs("forecast", document) == set()
