"""The history remembers what items really were, and survives a run that was killed while writing it."""

from pathlib import Path

from clari_readiness.gate.history import previously_passed, remember
from clari_readiness.model.findings import Decision, GateReport, Result


def report(*, subset: str = "") -> GateReport:
    return GateReport("prod", True, Decision("GO", 0), (), (), "2026-11-21T09:00:00+00:00", 1.0, subset=subset)  # noqa: FBT003 - the field is `live`


def test_what_passed_in_the_last_whole_run_is_known(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    remember(path, report(), {"MON-04": Result.PASS, "MON-01": Result.FAIL}, whole=True)
    assert previously_passed(path) == {"MON-04"}
    remember(path, report(), {"MON-04": Result.FAIL}, whole=True)
    assert previously_passed(path) == frozenset()


def test_a_subset_says_nothing_about_the_run_before(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    remember(path, report(), {"MON-04": Result.PASS}, whole=True)
    remember(path, report(subset="contracts"), {"CLA-01": Result.PASS}, whole=True)
    assert previously_passed(path) == {"MON-04"}


def test_a_narrowed_run_says_nothing_about_the_run_before(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    remember(path, report(), {"MON-04": Result.PASS}, whole=True)
    remember(path, report(), {"MON-04": Result.NOT_VERIFIED}, whole=False)
    assert previously_passed(path) == {"MON-04"}


def test_a_line_cut_short_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    remember(path, report(), {"MON-04": Result.PASS}, whole=True)
    path.write_text(path.read_text() + '{"at": "2026-11-2')
    assert previously_passed(path) == {"MON-04"}
    remember(path, report(), {"MON-01": Result.PASS}, whole=True)
    assert previously_passed(path) == {"MON-01"}


def test_there_is_no_history_before_the_first_run(tmp_path: Path) -> None:
    assert previously_passed(tmp_path / "history.jsonl") == frozenset()
