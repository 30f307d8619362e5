"""A key is rotated each quarter, as a runbook says that somebody could follow."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from clari_readiness.environments import Environment, KeyRotation, load
from clari_readiness.gate.rotation import A_QUARTER, due_on, runbook_of, warning, wrong_with
from clari_readiness.gate.runbook import Runbook, problem_of
from clari_readiness.shipped import shipped

TODAY = date(2026, 11, 21)
GOOD = """# Rotation

Owner: head of revops
Last rehearsed: 2026-11-02

1. Make a key.
2. Store it.
3. Revoke the old.
"""
SHIPPED = shipped("docs") / "runbooks" / "key-rotation.md"


def rotation(rotated_on: date = date(2026, 11, 2), every: int = 90, runbook: str = "runbook.md") -> KeyRotation:
    return KeyRotation.model_construct(runbook=runbook, rotated_on=rotated_on, every=every)


def wrong(path: Path, of: KeyRotation, *, own: bool = True) -> list[str]:
    return list(wrong_with(path, of, TODAY, own=own))


@pytest.fixture
def runbook(tmp_path: Path) -> Path:
    path = tmp_path / "runbook.md"
    path.write_text(GOOD)
    return path


def test_a_runbook_with_steps_owner_and_date_lacks_nothing(runbook: Path) -> None:
    assert wrong(runbook, rotation()) == []


@pytest.mark.parametrize(
    ("old", "new", "lack"),
    [
        ("2. Store it.\n3. Revoke the old.\n", "", "has 1 numbered step, and 3 are the least"),
        ("1. Make a key.\n2. Store it.\n3. Revoke the old.\n", "- make a key\n", "has 0 numbered steps"),
        ("Revoke the old.", "TODO", "has 2 numbered steps"),
        ("Owner: head of revops\n", "", "names no owner"),
        ("head of revops", "TBD", "names no owner"),
        ("head of revops", "<name>", "names no owner"),
        ("head of revops", "", "names no owner"),
        ("2026-11-02", "last autumn", "says nowhere when it was last looked at"),
        ("2026-11-02", "2026-13-02", "says nowhere when it was last looked at"),
        ("2026-11-02", "2026-11-23", "says nowhere when it was last looked at"),
        ("2026-11-02", "12026-11-02-3", "says nowhere when it was last looked at"),
    ],
)
def test_a_stub_is_told_by_what_it_lacks(runbook: Path, old: str, new: str, lack: str) -> None:
    assert old in GOOD
    runbook.write_text(GOOD.replace(old, new))
    (told,) = wrong(runbook, rotation())
    assert told.startswith(f"runbook.md {lack}")


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("1.", "1)").replace("2.", "2)").replace("3.", "3)"),
        GOOD.replace("1.", "- [ ]").replace("2.", "* [x]").replace("3.", "- [ ]"),
        GOOD.replace("1.", "## Step 1:").replace("2.", "## Step 2").replace("3.", "### step 3."),
        GOOD.replace("Owner: ", "**Owner:** "),
        GOOD.replace("Owner: ", "| owner | ") + "|",
        GOOD.replace("Owner: ", "__Owner__ "),
        GOOD.replace("Owner: ", "## Owner\n\n"),
        GOOD.replace("Owner: ", "Owned by "),
        GOOD.replace("\n", "\r\n"),
    ],
)
def test_a_runbook_may_be_written_in_many_ways(text: str) -> None:
    assert list(Runbook.read(text).lacks(TODAY)) == []
    assert Runbook.read(text).owner == "head of revops"


def test_a_day_that_has_begun_somewhere_is_no_day_to_come(runbook: Path) -> None:
    runbook.write_text(GOOD.replace("2026-11-02", "2026-11-22"))
    assert wrong(runbook, rotation(TODAY + timedelta(days=1))) == []


def test_what_is_no_file_of_text_is_named(tmp_path: Path, runbook: Path) -> None:
    runbook.write_bytes(b"%PDF-1.7\xff\xfe")
    assert problem_of(runbook) == "is not text in UTF-8"
    assert problem_of(tmp_path) == "is a directory"
    assert wrong(tmp_path / "nowhere.md", rotation(runbook="nowhere.md")) == ["nowhere.md is not there"]


def test_the_shipped_runbook_is_a_real_one_and_nobodys_own() -> None:
    assert wrong(SHIPPED, rotation(), own=False) == []
    (told,) = wrong(SHIPPED, rotation())
    assert told.endswith("is the shipped one, word for word: owner, date and paths are not yours")


def test_a_key_is_late_on_the_day_after_it_was_due(runbook: Path) -> None:
    assert wrong(runbook, rotation(TODAY - timedelta(days=90))) == []
    assert wrong(runbook, rotation(TODAY - timedelta(days=91))) == ["the key was changed on 2026-08-22, 91 days ago"]


def test_a_cycle_is_at_most_the_longest_quarter(runbook: Path) -> None:
    assert wrong(runbook, rotation(every=A_QUARTER)) == []
    assert wrong(runbook, rotation(every=A_QUARTER + 1)) == ["the key is to be changed every 93 days only"]


def test_a_rotation_to_come_is_none(runbook: Path) -> None:
    future = rotation(TODAY + timedelta(days=2))
    assert wrong(runbook, future) == ["the key was changed on 2026-11-23, which is in the future"]


def test_a_warning_comes_fourteen_days_before_and_not_earlier() -> None:
    assert warning(rotation(TODAY - timedelta(days=75)), TODAY) == ""
    assert warning(rotation(TODAY - timedelta(days=76)), TODAY) == "the key is due in 14 days, on 2026-12-05"
    assert warning(rotation(TODAY - timedelta(days=89)), TODAY) == "the key is due in 1 day, on 2026-11-22"
    assert warning(rotation(TODAY - timedelta(days=90)), TODAY) == "the key is due in 0 days, on 2026-11-21"
    assert due_on(rotation(TODAY)) == TODAY + timedelta(days=90)


def environment(tmp_path: Path, name: str) -> Environment:
    path = tmp_path / "clari-readiness.toml"
    path.write_text(
        '[default]\nforecasts = ["x"]\nfiscal_year = { starts = "02", named_after = "end" }\n'
        f'[env.{name}]\napi = {{ key = "env://KEY", base_url = "https://api.clari.com/v4" }}\n'
    )
    return load(path, environ={}).get(name)


def test_only_a_rehearsal_falls_back_on_the_shipped_runbook(tmp_path: Path) -> None:
    named = rotation(runbook="docs/runbooks/key-rotation.md")
    assert runbook_of(environment(tmp_path, "recorded"), named) == SHIPPED
    own = tmp_path / "docs" / "runbooks" / "key-rotation.md"
    assert runbook_of(environment(tmp_path, "prod"), named) == own
    own.parent.mkdir(parents=True)
    own.write_text(GOOD)
    assert runbook_of(environment(tmp_path, "recorded"), named) == own
