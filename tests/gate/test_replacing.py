"""Recordings are put in place at once: whenever that is killed, the old ones or the new ones stand."""

from __future__ import annotations

from pathlib import Path

from clari_readiness.gate.replacing import put_back, put_in_place


def test_killed_between_old_and_new_the_old_recordings_stand_again(tmp_path: Path) -> None:
    target, old = tmp_path / "staging", tmp_path / ".staging.old"
    old.mkdir()
    (old / "limits.json").write_text("old")
    put_back(target, tmp_path / "lock")
    assert ((target / "limits.json").read_text(), old.exists()) == ("old", False)


def test_killed_before_the_old_ones_are_gone_the_new_recordings_stand(tmp_path: Path) -> None:
    target, old = tmp_path / "staging", tmp_path / ".staging.old"
    for directory, text in ((target, "new"), (old, "old")):
        directory.mkdir()
        (directory / "limits.json").write_text(text)
    put_back(target, tmp_path / "lock")
    assert ((target / "limits.json").read_text(), old.exists()) == ("new", False)


def test_what_was_recorded_before_and_is_not_recorded_now_is_gone(tmp_path: Path) -> None:
    staged, target = tmp_path / "staged", tmp_path / "recordings" / "staging"
    for directory, name in ((staged, "limits.json"), (target, "jobs.json"), (staged, "limits.left-out")):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(name)
    put_in_place(staged, target, tmp_path / "lock")
    assert [path.name for path in target.iterdir()] == ["limits.json"]
    assert [path.name for path in target.parent.iterdir()] == ["staging"]
