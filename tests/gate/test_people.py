"""Personal data reaches a report only as far as the settings allow."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from clari_readiness.gate.collect import Piece
from clari_readiness.gate.people import Allowed, People
from clari_readiness.model.findings import (
    Concession,
    Decision,
    Evidence,
    Finding,
    GateReport,
    Item,
    ItemResult,
    Result,
)

USERS = {"users": [{"userId": "u1", "name": "Zoë Ångström", "email": "zoe.angstrom@corp.example"}]}
COLLECTED = (Piece("forecast", (), USERS), Piece("jobs", (), None, {"type": "Unreachable", "state": {}}))


def report() -> GateReport:
    item = Item("MON-05", "Daily reconciliation", "P1", ("warehouse",))
    rows = [{"owner_name": "Bo Li", "user_id": "u1", "said": "asked zoe.angstrom@corp.example"}]
    finding = Finding(
        "MON-05",
        "warehouse",
        Result.FAIL,
        check="checks/test_monitoring.py::test_it",
        observed="the row of Zoë Ångström differs",
        evidence=(Evidence("query", "rows", {"sql": "SELECT 1", "rows": rows}),),
    )
    waiver = Concession("waiver", "MON-05", "agreed with Zoë Ångström", "Dana Scully", "2027-01-31", 60)
    result = ItemResult(item, Result.WAIVED, (finding,), real=Result.FAIL, concession=waiver)
    return GateReport("prod", True, Decision("GO", 0), (result,), (waiver,), "2026-11-21T06:00:00Z", 1.0)  # noqa: FBT003 - the field is `live`


def shown(allowed: Allowed) -> Any:
    return msgspec.json.encode(People.of(COLLECTED, allowed).report(report())).decode()


def test_all_of_it_is_shown_where_that_is_allowed() -> None:
    assert People.of(COLLECTED, "full").report(report()) == report()


def test_initials_are_all_that_is_left_of_names_and_addresses() -> None:
    text = shown("initials")
    for gone in ("Zoë", "Ångström", "Bo Li", "zoe.angstrom"):
        assert gone not in text
    for there in ("the row of Z. Å. differs", '"owner_name":"B. L."', "z.a@corp.example", "agreed with Z. Å."):
        assert there in text
    assert '"by":"Dana Scully"' in text, "who answers for a waiver is said, as a role or as a name"


def test_nothing_of_people_is_left_where_none_is_allowed() -> None:
    text = shown("none")
    for gone in ("Zoë", "Z. Å.", "Bo Li", "corp.example", "Dana", "Scully"):
        assert gone not in text
    assert '"by":"[named in the settings]"' in text
    assert '"user_id":"u1"' in text, "without ids nobody could mend anything"


@pytest.mark.parametrize("allowed", ["initials", "none"])
def test_what_is_no_person_stays(allowed: Allowed) -> None:
    kept = People.of(COLLECTED, allowed).report(report())
    assert kept.items[0].item == report().items[0].item
    assert kept.items[0].findings[0].check == report().items[0].findings[0].check
    assert (kept.environment, kept.decision, kept.started_at) == ("prod", Decision("GO", 0), "2026-11-21T06:00:00Z")


def test_a_name_inside_another_word_is_no_name() -> None:
    people = People("initials", frozenset({"Ann"}))
    assert people.text("Annual planning of Ann") == "Annual planning of A."


@pytest.mark.parametrize("text", ["@", "a@b", "user@", "@host.example", "10 @ 3.50", "SELECT @x.y"])
def test_what_only_looks_like_an_address_stays(text: str) -> None:
    assert People("none").text(text) == text
