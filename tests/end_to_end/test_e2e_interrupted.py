"""Ctrl-C while an export runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.end_to_end.holdings import exact
from tests.end_to_end.place import Place, Ran, until

MOMENTS: Mapping[str, Callable[[Place], object]] = {
    "while it waits": Place.posts,
    "while it loads": lambda place: (place.state / "warehouse.duckdb.staging").exists(),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupted_export_says_so_in_one_line_and_the_next_goes_on(tmp_path: Path, moment: str) -> None:
    place = Place.fresh(tmp_path / "place", history=0)
    with place.simulator() as simulator:
        interrupted = _interrupted(place, MOMENTS[moment])
        exact(place, simulator)
        again = place.export()
        assert (again.code, again.err) == (0, ""), again
        assert len(exact(place, simulator)) == len(place.posts())
    assert interrupted.code not in (0, 3), "an interrupt is neither a success nor a crash"
    assert interrupted.lines[-1:] == ["clari-readiness: interrupted"]
    assert "Traceback" not in interrupted.said


def _interrupted(place: Place, moment: Callable[[Place], object]) -> Ran:
    exporter = place.start("export", "--env=simulated")
    until(lambda: moment(place), exporter)
    return exporter.signalled(signal.SIGINT)
