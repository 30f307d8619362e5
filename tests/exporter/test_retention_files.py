"""Which landed files a retention takes: what an export left of past quarters, wherever it left it, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.exporter import Landing
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.exports import ExportRequest

WINDOW = Window(Quarter(2027, 3), date(2026, 8, 1))


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing.below(tmp_path)


def left(landing: Landing, *names: str) -> list[Path]:
    files = [landing.directory / name for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    return files


def test_files_of_past_quarters_go_with_their_directories_and_all_others_stay(landing: Landing) -> None:
    gone = left(landing, "net/2027_Q2/a.json", "net/2026_Q4/b.json", "new/2027_Q2/c.json.part")
    kept = left(landing, "net/2027_Q3/d.json", "net/2028_Q1/e.json", "net/notes/f.json", "g.json", "2027_Q2/h.json")
    assert landing.before(WINDOW) == tuple(sorted(gone))
    landing.retire(WINDOW)
    assert not any(file.exists() for file in gone)
    assert all(file.exists() for file in kept)
    assert not (landing.directory / "net" / "2027_Q2").exists()
    assert not (landing.directory / "new").exists()
    assert landing.before(WINDOW) == ()
    landing.retire(WINDOW)
    assert all(file.exists() for file in kept)


def test_what_an_export_itself_leaves_in_quarantine_goes_too(landing: Landing) -> None:
    for period in ("2027_Q2", "2027_Q3"):
        request = ExportRequest("net/bookings", period, ("forecast",))
        refused, doubted = (landing.place(request, job) for job in ("job-1", "job-2"))
        for file in (refused, doubted):
            file.write_text("{}")
        landing.refuse(refused, request, "job-1", ["$.entries: empty"])
        landing.doubt(doubted, request, "job-2", ["$.entries[1]: twice"])
    past = [file for file in landing.directory.rglob("*.json") if file.parent.name == "2027_Q2"]
    assert landing.before(WINDOW) == tuple(sorted(past))
    assert len(past) == 5  # two documents in quarantine with their lists, and the one that was loaded
    landing.retire(WINDOW)
    assert [file for file in landing.directory.rglob("*.json") if file.parent.name != "2027_Q3"] == []
    assert len(list(landing.directory.rglob("*.json"))) == 5


def test_a_forecast_that_is_called_like_a_quarter_or_like_the_quarantine_takes_nothing_else_with_it(
    landing: Landing,
) -> None:
    gone = left(landing, "quarantine/2027_Q2/a.json", "quarantine/2020_Q1/2027_Q2/b.json", "2020_Q1/2027_Q2/c.json")
    kept = left(landing, "quarantine/2027_Q4/d.json", "quarantine/2020_Q1/2027_Q4/e.json", "2020_Q1/2027_Q4/f.json")
    assert landing.before(WINDOW) == tuple(sorted(gone))
    landing.retire(WINDOW)
    assert not any(file.exists() for file in gone)
    assert all(file.exists() for file in kept)


def test_links_are_not_followed(landing: Landing, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "2027_Q2"
    elsewhere.mkdir(parents=True)
    (elsewhere / "theirs.json").write_text("{}")
    (directory,) = {file.parent for file in left(landing, "net/2027_Q2/a.json")}
    for link, to in (
        (landing.directory / "net" / "2026_Q4", elsewhere),
        (landing.directory / "linked", elsewhere.parent),
        (landing.directory / "quarantine", elsewhere.parent.parent),
    ):
        link.symlink_to(to)
    (directory / "link.json").symlink_to(elsewhere / "theirs.json")
    assert landing.before(WINDOW) == (directory / "a.json", directory / "link.json")
    landing.retire(WINDOW)
    assert (elsewhere / "theirs.json").read_text() == "{}"
    assert not directory.exists()


def test_a_directory_that_a_killed_run_left_empty_goes(landing: Landing) -> None:
    empty = landing.directory / "net" / "2027_Q2"
    empty.mkdir(parents=True)
    landing.retire(WINDOW)
    assert not empty.exists()


def test_a_landing_that_is_not_there_has_no_files(landing: Landing) -> None:
    assert landing.before(WINDOW) == ()
    landing.retire(WINDOW)
    assert not landing.directory.exists()


def test_a_file_that_cannot_be_deleted_is_named(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    left(landing, "net/2027_Q2/a.json")

    def refuse(path: Path, *, missing_ok: bool = False) -> None:  # noqa: ARG001 - root may delete anything
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ReadinessError, match=r"a\.json: cannot be deleted \(Permission denied\); delete it by hand"):
        landing.retire(WINDOW)
