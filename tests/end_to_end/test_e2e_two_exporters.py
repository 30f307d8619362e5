"""Two exporters for one warehouse at once."""

from __future__ import annotations

import signal
from dataclasses import dataclass

import pytest

from tests.end_to_end.holdings import exact, ledger
from tests.end_to_end.place import Place, Ran, until


@dataclass(frozen=True)
class Two:
    """What both said, how many requests came while the second was at work, and what is exact now."""

    place: Place
    process: int
    first: Ran
    second: Ran
    asked_meanwhile: int
    exact: set[str]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    """The first is held in the middle of its work, so that the second surely meets it there."""
    place = Place.fresh(tmp_path_factory.mktemp("two") / "place", history=1)
    with place.simulator() as simulator:
        first = place.start("export", "--env=simulated")
        until(place.posts, first)
        first.process.send_signal(signal.SIGSTOP)
        before = len(place.journal())
        second = place.export()
        meanwhile = len(place.journal()) - before
        ended = first.signalled(signal.SIGCONT)
        return Two(place, first.process.pid, ended, second, meanwhile, exact(place, simulator))


def test_the_second_stops_with_one_line_that_names_the_first(two: Two) -> None:
    assert two.second.code == 1
    (line,) = two.second.lines
    assert line.startswith("clari-readiness: ")
    assert f"another exporter is at work on this warehouse (process {two.process}); let it finish, or stop it" in line
    assert str(two.place.warehouse) in line


def test_the_second_asks_clari_for_nothing(two: Two) -> None:
    assert two.asked_meanwhile <= 1  # the first may have had one request under way when it was held
    assert len(two.place.posts()) == 2


def test_the_first_ends_as_if_it_were_alone(two: Two) -> None:
    assert (two.first.code, two.first.err, two.first.lines[-1]) == (0, "", "2 of 2 exports loaded")


def test_the_warehouse_holds_exactly_the_jobs_of_the_first(two: Two) -> None:
    lines = ledger(two.place)
    assert [line.state for line in lines] == ["loaded", "loaded"]
    assert two.exact == {line.job_id for line in lines}
