"""Which record a trial leaves, and what becomes of the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from clari_readiness.errors import NotVerified
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import (
    FILE,
    QUICK_FILE,
    Accused,
    Broken,
    Case,
    Outcome,
    Pace,
    Record,
    Verdict,
    chosen,
    read_record,
    suite_version,
)

WRONG = replace(
    Outcome("healthy", ("API-01",), "", Verdict.BROKEN), broken=(Broken("lost", "lost all of 2027_Q4: it was never"),)
)
KEPT = Outcome("healthy", ("API-01",), "", Verdict.KEPT)
EARLIER = Record(
    SystemClock().now(),
    1,
    full=True,
    quick=False,
    exporter="true",
    version="abc",
    suite=suite_version(),
    time_scale=20.0,
    seconds=100.0,
    outcomes=(KEPT, replace(KEPT, scenario="job_gone")),
)

Put = Callable[..., Record]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Put an exporter on trial that does nothing at all, so that nothing but the healthy run is tried."""

    def put_on_trial(*names: str, quick: bool = False) -> Record:
        accused = Accused(("true",), directory=tmp_path)
        case = Case(accused, "abc", Pace(20.0), chosen(names, quick=quick), dict(os.environ), quick=quick)
        return case.put(tmp_path, SystemClock())

    return put_on_trial


@pytest.mark.parametrize(("quick", "name"), [(False, FILE), (True, QUICK_FILE)])
def test_a_full_trial_and_a_quick_one_have_a_record_each(put: Put, tmp_path: Path, name: str, *, quick: bool) -> None:
    record = put(quick=quick)
    assert [each.name for each in tmp_path.glob("*.json")] == [name]
    assert read_record(tmp_path / name).outcomes[0].verdict is record.outcomes[0].verdict is Verdict.BROKEN


@pytest.mark.parametrize("name", [FILE, QUICK_FILE])
def test_one_of_some_scenarios_takes_no_records_place_and_what_it_found_broken_is_in_it(
    put: Put, tmp_path: Path, name: str
) -> None:
    EARLIER.write(tmp_path / name)
    put("healthy")
    assert [each.name for each in tmp_path.glob("*.json")] == [name]
    now = read_record(tmp_path / name)
    assert (now.full, now.when) == (True, EARLIER.when.replace(microsecond=0))
    assert {each.scenario: each.verdict for each in now.outcomes} == {
        "healthy": Verdict.BROKEN,
        "job_gone": Verdict.KEPT,
    }
    assert now.outcomes[0].sentence.startswith("lost all of 2027_Q4")


@pytest.mark.parametrize("other", [{"version": "abd"}, {"exporter": "reference"}, {"suite": "another"}])
def test_what_is_found_of_another_exporter_or_version_says_nothing_of_this_one(
    put: Put, tmp_path: Path, other: dict[str, str]
) -> None:
    replace(EARLIER, **other).write(tmp_path / FILE)  # type: ignore[arg-type]
    put("healthy")
    assert {each.verdict for each in read_record(tmp_path / FILE).outcomes} == {Verdict.KEPT}


def test_what_a_later_trial_kept_changes_nothing_and_what_it_could_not_look_at_does() -> None:
    broken, unseen = replace(EARLIER, outcomes=(WRONG,)), replace(KEPT, verdict=Verdict.NOT_TESTED, reason="why")
    assert broken.amended_by(replace(EARLIER, outcomes=(KEPT,))) == broken
    assert EARLIER.amended_by(replace(EARLIER, outcomes=(unseen,))).outcomes[0] is unseen
    assert EARLIER.amended_by(replace(EARLIER, outcomes=(replace(WRONG, scenario="new"),))) == EARLIER


def test_a_quick_trial_that_breaks_a_law_is_in_the_record_of_the_full_one(put: Put, tmp_path: Path) -> None:
    EARLIER.write(tmp_path / FILE)
    put(quick=True)
    assert read_record(tmp_path / FILE).outcomes[0].verdict is Verdict.BROKEN
    with pytest.raises(NotVerified):
        read_record(tmp_path / "none.json")


def test_the_evidence_of_an_earlier_trial_is_not_taken_for_that_of_this_one(put: Put, tmp_path: Path) -> None:
    for scenario in ("job_gone", "pages_loop"):
        (tmp_path / scenario).mkdir()
    put("job_gone")
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir()) == ["healthy", "pages_loop"]
