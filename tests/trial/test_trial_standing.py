from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clari_readiness.errors import NotVerified
from clari_readiness.trial import LIVE, Accused, Outcome, Record, Verdict, Wanted, read_record, standing, version_of
from clari_readiness.trial.exporter import words_of
from clari_readiness.trial.standing import suite_version
from clari_readiness.trial.warehouses import BY_NATURE

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
WANTED = Wanted("python -m ours", "abc", "suite", full=True, most=LIVE)
RECORD = Record(
    NOW - timedelta(days=7),
    1,
    full=True,
    quick=False,
    exporter="python -m ours",
    version="abc",
    suite="suite",
    time_scale=20.0,
    seconds=100.0,
    outcomes=(),
)
LEFT_OUT = Outcome("pages_sizes", ("API-06",), "", Verdict.NOT_APPLICABLE, reason="no events here")


def test_a_full_trial_of_the_same_exporter_counts_for_seven_days() -> None:
    assert standing(RECORD, WANTED, NOW) is RECORD
    without_events = replace(RECORD, outcomes=(LEFT_OUT,))
    assert standing(without_events, replace(WANTED, exempt={"no events here"}), NOW) is without_events
    not_for_its_engine = replace(RECORD, outcomes=(replace(LEFT_OUT, reason=min(BY_NATURE)),))
    assert standing(not_for_its_engine, WANTED, NOW) is not_for_its_engine


@pytest.mark.parametrize(
    ("record", "wanted", "why"),
    [
        (replace(RECORD, when=NOW - timedelta(days=7, seconds=1)), WANTED, "is 7 days old, and at most 7 count"),
        (replace(RECORD, when=NOW + timedelta(hours=1)), WANTED, "days old"),
        (replace(RECORD, full=False), WANTED, "was not a full one"),
        (replace(RECORD, exporter="reference"), WANTED, "was of reference, not of python -m ours"),
        (replace(RECORD, version="abd"), WANTED, "was of version abd, and this is abc"),
        (replace(RECORD, suite="other"), WANTED, "other scenarios"),
        (RECORD, replace(WANTED, version=""), "nobody knows which version"),
        (replace(RECORD, outcomes=(LEFT_OUT,)), WANTED, "left out what is not exempt any more: no events here"),
    ],
)
def test_any_other_trial_does_not_count_and_says_why(record: Record, wanted: Wanted, why: str) -> None:
    with pytest.raises(NotVerified, match=why):
        standing(record, wanted, NOW)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "trial.json"
    RECORD.write(path)
    assert read_record(path) == RECORD
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}'])
def test_a_record_that_cannot_be_read_is_not_verified(tmp_path: Path, text: str) -> None:
    (tmp_path / "trial.json").write_text(text)
    with pytest.raises(NotVerified, match=r"trial\.json cannot be read"):
        read_record(tmp_path / "trial.json")
    with pytest.raises(NotVerified, match="no trial was recorded"):
        read_record(tmp_path / "none.json")


def test_the_version_is_what_the_command_prints_or_the_hash_of_the_callables_module(tmp_path: Path) -> None:
    (tmp_path / "ours.py").write_text("def export(): ...\n")
    command, called = (Accused(words_of(each), directory=tmp_path) for each in ("python ours.py", "ours:export"))
    assert version_of(command, ("echo", "abc")) == "abc"
    assert version_of(command, None) == ""
    before = version_of(called, None)
    (tmp_path / "ours.py").write_text("def export(): return 1\n")
    assert before.startswith("sha256:")
    assert version_of(called, None) != before
    with pytest.raises(NotVerified, match="the exporter's version is not known: false failed"):
        version_of(command, ("false",))


def test_the_suites_version_stays_as_long_as_it_does() -> None:
    assert suite_version() == suite_version()
