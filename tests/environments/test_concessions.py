from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from clari_readiness.environments import Declaration, Environments, NotApplicable, Waiver

Loaded = Callable[..., Environments]

WAIVER = """
[[waivers]]
item = "MON-04"
env = "prod"
reason = "dashboard follows in January"
approved_by = "head of revops"
approved_on = 2026-11-20
expires = 2027-01-31
"""


def test_what_people_state_is_read(loaded: Loaded) -> None:
    environments = loaded(f"""[env.prod]
{WAIVER}
[[declarations]]
item = "AUTH-05"
env = "prod"
statement = "the account has the Forecast Viewer role only"
by = "head of revops"
on = 2026-11-01
expires = 2027-05-01

[[not_applicable]]
item = "API-06"
env = "prod"
reason = "we export forecasts only"
approved_by = "head of revops"
expires = 2027-05-01
""")
    assert environments.waivers == (
        Waiver(
            item="MON-04",
            env="prod",
            reason="dashboard follows in January",
            approved_by="head of revops",
            approved_on=date(2026, 11, 20),
            expires=date(2027, 1, 31),
            place="waivers[0]",
        ),
    )
    assert environments.declarations == (
        Declaration(
            item="AUTH-05",
            env="prod",
            statement="the account has the Forecast Viewer role only",
            by="head of revops",
            on=date(2026, 11, 1),
            expires=date(2027, 5, 1),
            place="declarations[0]",
        ),
    )
    assert environments.not_applicable == (
        NotApplicable(
            item="API-06",
            env="prod",
            reason="we export forecasts only",
            approved_by="head of revops",
            expires=date(2027, 5, 1),
            place="not_applicable[0]",
        ),
    )


def test_without_any_there_are_none(loaded: Loaded) -> None:
    environments = loaded("[env.prod]")
    assert (environments.waivers, environments.declarations, environments.not_applicable) == ((), (), ())


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ('approved_by = "head of revops"', "", "approved_by: missing"),
        ("approved_by", "aproved_by", "approved_by: missing, 'aproved_by': unknown; the nearest is approved_by"),
        ("2027-01-31", '"2027-01-31"', "expires: expected a date, written 2027-01-31 without quotes"),
        ("2027-01-31", "2027-01-31T00:00:00Z", "expires: expected a date, written 2027-01-31 without quotes"),
        ('"MON-04"', "4", "item: expected text in quotes"),
        ('"dashboard follows in January"', '" "', "reason: is empty"),
        ('"prod"', '"prdo"', "env: unknown; the nearest is prod"),
    ],
)
def test_a_mistake_is_kept_with_the_entry_and_stops_nothing(loaded: Loaded, was: str, now: str, problem: str) -> None:
    (waiver,) = loaded("[env.prod]" + WAIVER.replace(was, now)).waivers
    assert waiver.problem == problem
    assert waiver.place == "waivers[0]"


SURFACE = """
[[not_applicable]]
item = "API-06"
env = "prod"
surface = "audit events"
reason = "we export forecasts only"
approved_by = "head of revops"
expires = 2027-05-01
"""


def test_a_surface_is_exempt_in_the_environment_it_was_approved_for(loaded: Loaded) -> None:
    environments = loaded(f"[env.prod]\n[env.staging]\n{SURFACE}")
    assert environments.get("prod").exempt_surfaces == {"audit": "we export forecasts only"}
    assert environments.get("staging").exempt_surfaces == {}


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("2027-05-01", "2020-05-01", ""),
        ('approved_by = "head of revops"', "", "approved_by: missing"),
        ('"audit events"', '"audit evnts"', "surface: unknown; the nearest is audit events"),
        ('surface = "audit events"', "", ""),
    ],
)
def test_without_a_surface_that_is_approved_now_all_are_tried(loaded: Loaded, was: str, now: str, problem: str) -> None:
    environments = loaded("[env.prod]" + SURFACE.replace(was, now))
    assert environments.get("prod").exempt_surfaces == {}
    assert environments.not_applicable[0].problem == problem


def test_an_entry_for_an_environment_that_does_not_exist_counts_for_every_one(loaded: Loaded) -> None:
    (waiver,) = loaded("[env.prod]" + WAIVER.replace('"prod"', '"prdo"')).waivers
    assert waiver.env == ""
    assert waiver.item == "MON-04"


@pytest.mark.parametrize("name", ["waivers", "declarations", "not_applicable"])
def test_one_table_where_a_list_belongs_is_kept_as_a_mistake(loaded: Loaded, name: str) -> None:
    environments = loaded(f"[env.prod]\n[{name}]\nitem = 'MON-04'")
    (entry,) = getattr(environments, name)
    assert entry.problem == f"expected a list of tables: write [[{name}]]"


def test_what_is_no_entry_at_all_is_kept_as_a_mistake(loaded: Loaded) -> None:
    environments = loaded("[env.prod]\n[[waivers]]\n[[waivers]]\nx = 1")
    assert [waiver.place for waiver in environments.waivers] == ["waivers[0]", "waivers[1]"]
    assert all(waiver.problem for waiver in environments.waivers)
