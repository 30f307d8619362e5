"""Waivers, declarations and not-applicables are judged on the environment's day."""

from datetime import date
from pathlib import Path

import pytest

from clari_readiness.environments import Environments, load
from clari_readiness.gate.concessions import concessions
from clari_readiness.model.findings import Concession

TODAY = date(2026, 11, 21)
SETTINGS = """
[default]
forecasts = ["net_bookings"]
fiscal_year = { starts = "02", named_after = "end" }
[env.prod]
live = true
api = { key = "env://KEY", base_url = "https://api.clari.com/v4" }
[env.dev]
api = { key = "env://KEY_DEV", base_url = "https://api.clari.com/v4" }
"""
WAIVER = {
    "item": "MON-04",
    "env": "prod",
    "reason": "in January",
    "approved_by": "head of revops",
    "approved_on": date(2026, 11, 20),
    "expires": date(2027, 1, 31),
}


def environments(tmp_path: Path, **changes: object) -> Environments:
    return written(tmp_path, "waivers", {**WAIVER, **changes})


def written(tmp_path: Path, kind: str, stated: dict[str, object]) -> Environments:
    entry = {key: value for key, value in stated.items() if value is not None}
    lines = [f"{key} = {value.isoformat() if isinstance(value, date) else repr(value)}" for key, value in entry.items()]
    path = tmp_path / "clari-readiness.toml"
    path.write_text(SETTINGS + f"[[{kind}]]\n" + "\n".join(lines).replace("'", '"') + "\n")
    return load(path, environ={})


def judged(tmp_path: Path, name: str = "prod", **changes: object) -> tuple[Concession, ...]:
    return concessions(environments(tmp_path, **changes), name, items={"MON-04", "CONN-01"}, today=TODAY)


def test_a_valid_waiver_has_no_problem_and_says_how_long_it_holds(tmp_path: Path) -> None:
    [waiver] = judged(tmp_path)
    assert (waiver.problem, waiver.days_left, waiver.by) == ("", 71, "head of revops")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"expires": date(2026, 11, 20)}, "it expired on 2026-11-20"),
        ({"item": "MON-44"}, "there is no such item; the nearest is MON-04"),
        ({"item": "mon-04"}, "there is no such item; the nearest is MON-04"),
        ({"item": "the dashboard"}, "there is no such item"),
        ({"item": "CONN-01"}, "cannot be waived"),
        ({"approved_on": date(2026, 11, 22)}, "in the future"),
        ({"approved_on": date(2026, 8, 1), "expires": date(2027, 1, 29)}, "more than 180 days"),
        ({"reason": None}, "reason: missing"),
        ({"expires": "soon"}, "expected a date"),
        ({"becuase": "x"}, "becuase"),
    ],
)
def test_a_problem_is_named(tmp_path: Path, changes: dict[str, object], problem: str) -> None:
    [waiver] = judged(tmp_path, **changes)
    assert problem in waiver.problem


def test_a_waiver_holds_on_its_last_day_and_for_180_days(tmp_path: Path) -> None:
    [last_day] = judged(tmp_path, expires=TODAY)
    [longest] = judged(tmp_path, approved_on=date(2026, 11, 21), expires=date(2027, 5, 20))
    assert (last_day.problem, longest.problem) == ("", "")


STATED = {
    "declarations": {"item": "MON-04", "env": "prod", "statement": "it is so", "by": "me", "on": date(2026, 11, 1)},
    "not_applicable": {"item": "MON-04", "env": "prod", "reason": "unused", "approved_by": "me"},
}


@pytest.mark.parametrize("kind", STATED)
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, ""),
        ({"expires": TODAY}, ""),
        ({"expires": date(2026, 11, 20)}, "it expired on 2026-11-20"),
        ({"item": "MON-44"}, "there is no such item"),
        ({"expires": None}, "expires: missing"),
        ({"env": "prdo"}, "the nearest is prod"),
        ({"item": ""}, "item: is empty"),
    ],
)
def test_declarations_and_not_applicables_are_judged_as_strictly(
    tmp_path: Path, kind: str, changes: dict[str, object], problem: str
) -> None:
    entry = {**STATED[kind], "expires": date(2027, 5, 1), **changes}
    [stated] = concessions(written(tmp_path, kind, entry), "prod", items={"MON-04"}, today=TODAY)
    assert problem in stated.problem
    assert bool(problem) == bool(stated.problem)


def test_a_declaration_from_the_future_is_named(tmp_path: Path) -> None:
    entry = {**STATED["declarations"], "expires": date(2027, 5, 1), "on": date(2026, 11, 22)}
    [stated] = concessions(written(tmp_path, "declarations", entry), "prod", items={"MON-04"}, today=TODAY)
    assert "in the future" in stated.problem


def test_what_is_no_list_of_tables_counts_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "clari-readiness.toml"
    path.write_text(SETTINGS + '[waivers]\nitem = "MON-04"\n')
    found = load(path, environ={})
    for name in ("prod", "dev"):
        [stated] = concessions(found, name, items={"MON-04"}, today=TODAY)
        assert "write [[waivers]]" in stated.problem


def test_another_environments_waiver_does_not_count_here(tmp_path: Path) -> None:
    assert judged(tmp_path, "dev") == ()


def test_an_entry_that_does_not_say_for_which_environment_counts_everywhere(tmp_path: Path) -> None:
    assert [c.problem != "" for name in ("prod", "dev") for c in judged(tmp_path, name, env=None)] == [True, True]
