"""Mistakes in the settings: one clear line, exit code 4, and nothing runs, whichever command it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.place import Place, Ran

LITERAL = "c1ar1-0123456789abcdef-l1teral"


@dataclass(frozen=True)
class Mistake:
    """What is wrong, and what the line must say of it."""

    old: str = ""
    new: str = ""
    environment: str = "simulated"
    said: tuple[str, ...] = ()


MISTAKES = {
    "an unknown environment": Mistake(
        environment="simulatd", said=("there is no environment 'simulatd'", "the nearest is simulated")
    ),
    "a typo in a key": Mistake(
        "export_budget = 1  ",
        "export_budgte = 1  ",
        said=("default.export_budgte: unknown", "the nearest is export_budget"),
    ),
    "a literal key in the file": Mistake(
        '"env://CLARI_API_KEY_PROD"', f'"{LITERAL}"', said=("env.prod.api.key: ", "env://CLARI_API_KEY")
    ),
    "broken TOML": Mistake("[env.staging]", "[env.staging", said=("line ",)),
}


@pytest.fixture(scope="module", params=MISTAKES)
def refused(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Mistake, Place, list[Ran]]:
    """Both commands with the same mistake, at once."""
    mistake, place = MISTAKES[request.param], Place.fresh(tmp_path_factory.mktemp("mistake") / "place")
    if mistake.old:
        place.reword(mistake.old, mistake.new)
    chosen = f"--env={mistake.environment}"
    running = place.start_gate(chosen), place.start("export", chosen)
    return mistake, place, [each.end() for each in running]


def test_the_exit_code_is_4(refused: tuple[Mistake, Place, list[Ran]]) -> None:
    assert [ran.code for ran in refused[2]] == [4, 4]


def test_one_line_names_the_file_the_place_and_the_way_out(refused: tuple[Mistake, Place, list[Ran]]) -> None:
    mistake, place, both = refused
    for ran in both:
        (line,) = _once_each(ran)
        assert f"{place.settings}: " in line
        assert all(words in line for words in mistake.said), line
        assert LITERAL not in line


def test_both_commands_say_the_same(refused: tuple[Mistake, Place, list[Ran]]) -> None:
    gate, export = (ran.lines[0].partition(": ")[2] for ran in refused[2])
    assert gate == export


def test_nothing_runs_and_nothing_is_left_behind(refused: tuple[Mistake, Place, list[Ran]]) -> None:
    _, place, both = refused
    assert [path.name for path in place.directory.iterdir()] == ["clari-readiness.toml"]
    assert not any("collected" in ran.said or "Traceback" in ran.said for ran in both)


def _once_each(ran: Ran) -> list[str]:
    assert ran.out == "", ran
    return ran.lines


def test_an_environment_without_a_clari_cannot_be_exported_from(tmp_path: Path) -> None:
    ran = Place.fresh(tmp_path / "place").run("export", "--env=recorded")
    assert ran.code == 4
    (line,) = ran.lines
    assert line.startswith("clari-readiness: recorded has recordings and no Clari to export from; ")
    assert line.endswith("start `clari-readiness simulate`, and export with --env=simulated")
