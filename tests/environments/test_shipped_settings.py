from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clari_readiness.environments import COLUMNS, Environments, load
from clari_readiness.errors import SecretError
from clari_readiness.model.time import SteppedClock
from clari_readiness.secrets import fingerprint
from clari_readiness.warehouse import CANONICAL_COLUMNS

FILE = Path(__file__).parents[2] / "clari-readiness.toml"


@pytest.fixture(scope="module")
def shipped() -> Environments:
    return load(FILE, environ={})


def test_the_shipped_file_has_two_rehearsals_and_three_environments_to_fill_in(shipped: Environments) -> None:
    assert shipped.names == ("recorded", "simulated", "dev", "staging", "prod")
    assert [shipped.get(name).filled_in for name in shipped.names] == [True, True, False, False, False]
    assert [shipped.get(name).live for name in shipped.names] == [False, False, True, True, True]


@pytest.mark.parametrize("year", [2020, 2026, 2036])
def test_the_shipped_file_loads_whatever_the_machines_clock_says(year: int) -> None:
    assert load(FILE, environ={}, clock=SteppedClock(datetime(year, 1, 1, tzinfo=UTC))).names


@pytest.mark.parametrize("name", ["recorded", "simulated"])
def test_a_rehearsals_fingerprint_is_that_of_its_key(shipped: Environments, name: str) -> None:
    environment = shipped.get(name)
    assert environment.fingerprint_salt
    assert environment.key_fingerprint == fingerprint(environment.secret(), environment.fingerprint_salt)


def test_no_tracked_file_holds_a_rehearsals_key(shipped: Environments) -> None:
    text = FILE.read_text()
    assert not any(shipped.get(name).secret().reveal() in text for name in ("recorded", "simulated"))


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_an_environment_to_fill_in_says_how_to_set_its_key(shipped: Environments, name: str) -> None:
    with pytest.raises(SecretError, match=f"export CLARI_API_KEY_{name.upper()}="):
        shipped.get(name).secret()


def test_a_team_that_sets_its_own_defaults_does_not_change_the_rehearsals(tmp_path: Path) -> None:
    """Their data holds one forecast of one organisation, whatever a team's own is like."""
    default, rest = FILE.read_text().split("\n[env.recorded]", 1)
    theirs = default.replace("net_bookings", "arr").replace('"02"', '"01"').replace('"crm_closed"', '"crm_total"')
    theirs = theirs.replace("history_quarters = 4", "history_quarters = 6")
    (tmp_path / "theirs.toml").write_text(f"{theirs}\n[env.recorded]{rest}")
    changed, shipped = load(tmp_path / "theirs.toml", environ={}), load(FILE, environ={})
    for name in ("recorded", "simulated"):
        for setting in ("forecasts", "types_to_export", "fiscal_year", "history_quarters"):
            assert getattr(changed.get(name), setting) == getattr(shipped.get(name), setting)
            assert getattr(changed.get("prod"), setting) != getattr(shipped.get("prod"), setting)


def test_the_fiscal_year_is_as_the_comment_says(shipped: Environments) -> None:
    assert str(shipped.get("prod").fiscal_year.quarter_of(date(2026, 11, 21))) == "2027_Q4"


def test_every_environment_has_a_warehouse_of_its_own(shipped: Environments) -> None:
    assert len({shipped.get(name).warehouse.url for name in shipped.names}) == 5


def test_every_example_in_the_comments_is_understood(tmp_path: Path) -> None:
    """What a reader gets by taking the `#` away in front of an example loads without a mistake."""
    text = FILE.read_text()
    uncommented = re.sub(r"^# (?=\[\[|[a-z_]+ = )", "", text, flags=re.MULTILINE)
    assert tomllib.loads(uncommented) != tomllib.loads(text)
    (tmp_path / "filled.toml").write_text(uncommented)
    filled = load(tmp_path / "filled.toml", environ={})
    entries = (*filled.declarations, *filled.not_applicable, *filled.waivers)
    assert [entry.problem for entry in entries] == [""] * 5
    assert [entry.env for entry in entries] == ["recorded", "simulated", "prod", "prod", "prod"]
    assert filled.get("prod").alerts.to


def test_settings_and_warehouse_call_the_columns_alike() -> None:
    assert sorted(COLUMNS) == sorted(CANONICAL_COLUMNS)
