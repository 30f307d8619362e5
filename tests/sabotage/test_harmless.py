"""What is merely otherwise is not wrong: the gate passes a healthy integration in each of many variations."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from clari_readiness.gate.catalogue import CATALOGUE
from tests.sabotage.cases import nights
from tests.sabotage.integration import REPOSITORY, Integration, Judgement, healthy
from tests.sabotage.variations import (
    AFTER,
    BEFORE,
    Vary,
    everybody_has_two_roles,
    it_is_the_first_day_of_a_quarter,
    one_person_sells_and_one_manages,
    words_of,
)

WITHOUT_TRIAL = (str(REPOSITORY / "checks"), "-m", "not trial")
"""A trial has a simulator of its own, so that no variation can touch it, and takes longer than all of them."""

CHEAPER = (*WITHOUT_TRIAL, "-k", "not planted")
"""Without the self-test of the detection, too, which is the dearest check and looks at amounts alone."""

DETECTION_AS_WELL = (one_person_sells_and_one_manages, everybody_has_two_roles, it_is_the_first_day_of_a_quarter)
"""The variations whose amounts are the oddest."""

PAIRS = {(item.id, source) for item in CATALOGUE for source in item.sources if source != "trial"}


@pytest.fixture(scope="module")
def as_ever(tmp_path_factory: pytest.TempPathFactory) -> Integration:
    return healthy(tmp_path_factory.mktemp("harmless") / "as_ever", shorter)


def shorter(integration: Integration) -> None:
    """Two quarters are enough for what varies, and cost half as much as five."""
    if "history_quarters" not in integration.settings.read_text():
        integration.reword("[default]", "[default]\nhistory_quarters = 1")


def copied(integration: Integration, directory: Path) -> Integration:
    shutil.copytree(integration.directory, directory)
    return replace(integration, directory=directory, variables=dict(integration.variables))


def assert_all_pass(judged: Judgement) -> None:
    assert judged.report is not None
    looked = {
        (item["id"], finding["source"]): (finding["result"], finding["observed"])
        for item in judged.report["items"]
        for finding in item["findings"]
        if finding["check"] and (finding["result"] != "PASS" or finding["source"] != "trial")
    }
    assert {pair: found for pair, found in looked.items() if found[0] != "PASS"} == {}
    assert {pair for pair in judged.results if pair[1] != "trial"} == PAIRS
    assert judged.exit_code == 10, "a run without the trial has passed"


@pytest.mark.parametrize("vary", BEFORE, ids=words_of)
def test_another_organisation_or_day_is_no_reason_to_fail(vary: Vary, tmp_path: Path) -> None:
    def varied(integration: Integration) -> None:
        vary(integration)
        shorter(integration)

    integration = healthy(tmp_path / "integration", varied)
    assert_all_pass(integration.judge_here(*(WITHOUT_TRIAL if vary in DETECTION_AS_WELL else CHEAPER)))


@pytest.mark.parametrize("vary", AFTER, ids=words_of)
def test_another_table_or_other_answers_are_no_reason_to_fail(vary: Vary, as_ever: Integration, tmp_path: Path) -> None:
    integration = copied(as_ever, tmp_path / "integration")
    vary(integration)
    assert_all_pass(integration.judge_here(*CHEAPER))


def test_a_directory_with_odd_letters_and_the_time_zone_of_the_machine_are_no_reason_to_fail(
    as_ever: Integration, tmp_path: Path
) -> None:
    integration = copied(as_ever, tmp_path / "Größe $HOME, 'quoted' 日本")
    integration.variables |= {"TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    assert_all_pass(integration.judge(*CHEAPER))


def test_there_are_at_least_twenty_variations() -> None:
    assert len({vary.__name__ for vary in (*BEFORE, *AFTER)}) >= 20


def test_what_is_wrong_is_still_found_inside_this_process(as_ever: Integration, tmp_path: Path) -> None:
    integration = copied(as_ever, tmp_path / "integration")
    nights.a_cent_was_lost_on_the_way(integration)
    judged = integration.judge_here(*CHEAPER)
    assert judged.exit_code == 1
    assert {pair for pair, result in judged.results.items() if result == "FAIL"} == {("MON-05", "clari")}
