"""Laws of scrubbing, for any document at all, however little it looks like what its contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.redact import variants
from clari_readiness.scrubbing import Answer, Pseudonyms, Scrubbed, Scrubber
from clari_readiness.validation import Contracts
from tests.validation import specimens

SECRET = "Qz7-hidden-Qz7"
NEEDLES = variants(SECRET)
ASKED = {
    "forecast": ("/forecast/x", 200),
    "job": ("/export/jobs/1", 200),
    "jobs": ("/export/jobs", 200),
    "limits": ("/admin/limits", 200),
    "audit_events": ("/audit/events", 200),
    "opportunities": ("/opportunity", 200),
    "export_error": ("/admin/limits", 400),
    "audit_error": ("/audit/events", 400),
    "opportunity_error": ("/opportunity", 400),
}
HIDING = st.sampled_from(
    [
        SECRET,
        f"TF:{SECRET}",
        f"{SECRET}@{SECRET}.com",
        f"https://{SECRET}.com/{SECRET}?q={SECRET}",
        f"https://api.clari.com/v4/audit/events?actorId={SECRET}&{SECRET}=1",
        f"2027_Q4 {SECRET}",
        f"DONE\n{SECRET}",
    ]
)
PLAIN = st.sampled_from(["", "DONE", "quarter", "2027_Q4", "2026-11-18", "2026-13-45", "USD", "n/a", "1702906200000"])
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False) | st.just(4711.0)
SCALARS = st.none() | st.booleans() | NUMBERS | HIDING | PLAIN
CONTRACTS = Contracts()
SCRUBBER = Scrubber(Pseudonyms(b"k" * 32), documented="https://api.clari.com/v4", contracts=CONTRACTS)


def scrubbed(contract: str, document: object) -> Scrubbed:
    path, status = ASKED[contract]
    url = f"https://api.clari.com/v4{path}"
    return SCRUBBER.scrubbed(Answer("GET", url, status, {}, json.dumps(document).encode()))


def documents(contract: str) -> st.SearchStrategy[Any]:
    """Draw examples of a contract, valid or not, with some of their values, and any nonsense under known keys."""
    keys = st.sampled_from(sorted(set(_keys(specimens.schema(contract))))) | HIDING
    nonsense = st.recursive(
        SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )
    examples = [*specimens.valid(contract).values(), *(each for _, each in specimens.invalid(contract).values())]
    return nonsense | st.sampled_from(examples).flatmap(lambda example: _changed(example, nonsense))


def _changed(example: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Put a drawn value in the place of one that the example has."""
    places = list(_places(example, ()))
    return st.tuples(st.sampled_from(places), values).map(lambda drawn: _with(example, *drawn))


def _places(value: Any, steps: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield steps
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield from _places(inner, (*steps, step))


def _with(value: Any, steps: tuple[Any, ...], new: Any) -> Any:
    if not steps:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[steps[0]] = _with(value[steps[0]], steps[1:], new)
    return copy


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else ():
        yield from _keys(inner)


DRAWN = st.one_of(*(st.tuples(st.just(contract), documents(contract)) for contract in ASKED))


@given(DRAWN)
def test_law_what_was_hidden_is_nowhere_in_what_is_kept(drawn: tuple[str, Any]) -> None:
    """No spelling of a text that no contract knows survives, wherever in a document it stands."""
    kept = scrubbed(*drawn)
    assert [needle for needle in NEEDLES if needle in kept.body] == []


@given(DRAWN)
@example(("export_error", {"orgId": 1e30}))
@example(("export_error", {"orgId": -1e300}))
def test_law_a_document_breaks_its_contract_exactly_as_it_did(drawn: tuple[str, Any]) -> None:
    """The violations before and after are at the same paths; so no document is ever refused for being scrubbed."""
    contract, document = drawn
    kept = json.loads(scrubbed(contract, document).body)
    before, after = (CONTRACTS.violations(contract, each) for each in (document, kept))
    assert [each.path for each in after] == [each.path for each in before]
