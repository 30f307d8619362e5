from __future__ import annotations

import pytest

from clari_readiness.errors import SettingsError
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.trial import SCENARIOS, chosen, scenarios_of

TRIED = {item.id for item in CATALOGUE if "trial" in item.sources}


def test_each_item_with_a_trial_is_tied_to_scenarios_and_no_other_item_is() -> None:
    assert {item for scenario in SCENARIOS for item in scenario.items} == TRIED


@pytest.mark.parametrize("item", sorted(TRIED))
def test_the_quick_trial_answers_each_item(item: str) -> None:
    assert any(scenario.quick for scenario in scenarios_of(item))


def test_names_are_unique_and_begin_with_their_section() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
    assert all("_" in name for name in names if name != "healthy")


def test_the_healthy_run_comes_first_whatever_is_chosen() -> None:
    assert chosen()[0].name == chosen(("job_stuck",))[0].name == chosen(quick=True)[0].name == "healthy"
    assert [scenario.name for scenario in chosen(("job_stuck", "healthy"))] == ["healthy", "job_stuck"]


def test_an_unknown_scenario_is_one_line_with_what_was_meant_or_those_that_there_are() -> None:
    with pytest.raises(SettingsError, match="there is no scenario 'job_stukc'; did you mean job_stuck"):
        chosen(("job_stukc",))
    with pytest.raises(SettingsError, match="there is no scenario 'xyz'; there are healthy, limits_429_seconds"):
        chosen(("xyz",))


def test_what_only_pages_are_about_is_all_that_an_exporter_of_forecasts_alone_is_spared() -> None:
    spared = {scenario.name for scenario in SCENARIOS if scenario.about != "forecast"}
    assert spared == {scenario.name for scenario in SCENARIOS if scenario.name.startswith("pages_")}
    assert all(scenario.about in scenario.surfaces for scenario in SCENARIOS)
