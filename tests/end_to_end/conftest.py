from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.place import Place, Ran
from tests.once import once


@dataclass(frozen=True)
class Story:
    """A user's first quarter of an hour: the place, what each command said, and what the gate alone asked Clari."""

    place: Place
    simulated: Ran
    exported: Ran
    reconciled: Ran
    drilled: Ran
    judged: Ran
    asked_by_gate: int


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Simulate, export, reconcile, drill, check, stop the simulator: all with the commands of the documentation."""
    return once(tmp_path_factory, "story", _told)


def _told(directory: Path) -> Story:
    place = Place.fresh(directory)
    simulator = place.start("simulate", "--port=0", "--speed=200")
    try:
        assert simulator.process.stdout is not None
        first = [simulator.process.stdout.readline() for _ in range(3)]
        exported = place.export()
        reconciled = place.run("reconcile", "--env=simulated")
        drilled = place.run("alert", "--test", "--env=simulated")
        before = len(place.journal())
        judged = place.gate("--env=simulated")
    finally:
        last = simulator.signalled(signal.SIGINT)
    simulated = Ran(last.code, "".join(first) + last.out, last.err)
    return Story(place, simulated, exported, reconciled, drilled, judged, len(place.journal()) - before)


@pytest.fixture
def after(story: Story, tmp_path: Path) -> Place:
    """A copy of the place as the story left it."""
    return story.place.copy(tmp_path / "after")
