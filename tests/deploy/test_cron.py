"""The night for cron: `sh` runs it against a simulator, and with a command that ends as a test wants it."""

from __future__ import annotations

import fcntl
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.secrets import fixture_key
from clari_readiness.simulator import DEFAULT_NOW, Organisation, RunningClock, Simulator, Truncated
from tests.end_to_end.holdings import contents
from tests.end_to_end.place import BIN, REPOSITORY, SPEED, Place, Ran, environment

NIGHTLY = REPOSITORY / "deploy" / "cron" / "nightly"
CRONTAB = REPOSITORY / "deploy" / "cron" / "clari-readiness"


def night(settings: Path, *arguments: str, command: Path = BIN / "clari-readiness", mails: str = "all") -> Ran:
    told = {"CLARI_READINESS": str(command), "CLARI_READINESS_CONFIG": str(settings), "CLARI_READINESS_MAILS": mails}
    done = subprocess.run(
        ["sh", str(NIGHTLY), *arguments], env={**environment(), **told}, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Nights:
    """Three runs, the jobs that Clari had after each of them, and what the warehouse held."""

    place: Place
    ran: tuple[Ran, Ran, Ran]
    jobs: tuple[int, ...]
    warehouses: tuple[dict[str, list[tuple[Any, ...]]], ...]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A night, the same day again, and the next day, on which results are truncated."""
    place = Place.fresh(tmp_path_factory.mktemp("cron") / "place", history=1)
    ran, jobs, warehouses = [], [], []
    for days, faults in ((0, []), (0, []), (1, [Truncated()])):
        with clari(place, days) as simulator:
            simulator.set_faults(faults)
            ran.append(night(place.settings, "simulated"))
            jobs.append(len(simulator.exports()))
            warehouses.append(contents(place.warehouse))
    return Nights(place, tuple(ran), tuple(jobs), tuple(warehouses))


@contextmanager
def clari(place: Place, days: int) -> Iterator[Simulator]:
    clock = RunningClock(DEFAULT_NOW + timedelta(days=days), speed=SPEED)
    organisation = Organisation(people=3, managers=1)
    with Simulator(organisation, key=fixture_key("simulated"), clock=clock, state_directory=place.state) as running:
        yield running


def test_a_good_night_says_nothing_and_leaves_a_line(nights: Nights) -> None:
    assert nights.ran[0] == Ran(0, "", "")
    assert nights.jobs[0] == 2
    first = (nights.place.state / "nightly.log").read_text().splitlines()[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ simulated export=0 reconcile=0 retention=0", first)


def test_the_same_day_again_spends_no_quota_and_changes_no_row(nights: Nights) -> None:
    assert nights.ran[1] == Ran(0, "", "")
    assert nights.jobs[1] == nights.jobs[0]
    assert nights.warehouses[1] == nights.warehouses[0]


def test_a_bad_night_says_all_of_it_and_the_steps_after_the_failed_one_have_run(nights: Nights) -> None:
    bad = nights.ran[2]
    assert (bad.code, bad.err) == (1, "")
    assert bad.lines[0].endswith(" simulated export=1 reconcile=0 retention=0")
    assert "were truncated" in bad.out
    assert "== reconcile" in bad.lines
    assert nights.warehouses[2]["forecast_entries"] == nights.warehouses[1]["forecast_entries"]
    assert len((nights.place.state / "nightly.log").read_text().splitlines()) == 3


def test_what_it_leaves_is_for_its_owner_alone(nights: Nights) -> None:
    for name in ("nightly.log", "nightly.out", "nightly.lock"):
        assert (nights.place.state / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("export", "reconcile", "retention", "worst"),
    [(0, 10, 0, 10), (1, 10, 0, 1), (10, 1, 0, 1), (1, 4, 0, 4), (4, 3, 1, 3), (3, 0, 137, 137), (0, 0, 1, 1)],
)
def test_the_exit_code_is_the_gravest_and_each_step_runs(
    export: int, reconcile: int, retention: int, worst: int, tmp_path: Path
) -> None:
    command = tmp_path / "command"
    command.write_text(
        f"#!/bin/sh\ncase $1 in export) exit {export};; reconcile) exit {reconcile};; esac\nexit {retention}\n"
    )
    command.chmod(0o755)
    ran = night(tmp_path / "clari-readiness.toml", command=command)
    assert ran.code == worst
    assert ran.lines[0].endswith(f" prod export={export} reconcile={reconcile} retention={retention}")


@pytest.mark.parametrize(
    ("says", "code", "is_mailed"),
    [
        ("export failed", 1, False),
        ("nobody could look", 10, False),
        ("alerts: 1 alert could not be delivered to alerts.to[0] (slack)", 1, True),
        ("a mistake in the settings", 4, True),
        ("broke off", 3, True),
    ],
)
def test_where_the_commands_tell_people_themselves_only_what_they_could_not_tell_is_mailed(
    says: str, code: int, *, is_mailed: bool, tmp_path: Path
) -> None:
    command = tmp_path / "command"
    command.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n")
    command.chmod(0o755)
    ran = night(tmp_path / "clari-readiness.toml", command=command, mails="untold")
    assert (ran.code, says in ran.out, bool(ran.out)) == (code, is_mailed, is_mailed)
    left = tmp_path / ".readiness" / "prod"
    assert says in (left / "nightly.out").read_text()
    assert f" prod export={code} " in (left / "nightly.log").read_text()
    assert says in night(tmp_path / "clari-readiness.toml", command=command).out


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    ran = night(tmp_path / "clari-readiness.toml", command=tmp_path / "nowhere")
    assert ran.code == 127
    assert f"{tmp_path}/nowhere" in ran.out


def test_a_night_that_is_still_at_work_is_told_and_not_disturbed(tmp_path: Path) -> None:
    left = tmp_path / ".readiness" / "prod"
    left.mkdir(parents=True)
    with (left / "nightly.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = night(tmp_path / "clari-readiness.toml", command=tmp_path / "never_run")
    assert ran == Ran(1, "", f"nightly: the night before is still at work in {left}\n")
    assert not (left / "nightly.log").exists()


def test_the_crontab_starts_it_after_eight_utc_and_the_shell_can_read_its_line() -> None:
    lines = [line for line in CRONTAB.read_text().splitlines() if line and not line.startswith("#")]
    assert "CRON_TZ=UTC" in lines
    (job,) = [line for line in lines if line[0].isdigit()]
    minute, hour, *every, user, command = job.split(maxsplit=6)
    assert (int(hour), int(minute)) >= (8, 0)
    assert (every, user) == (["*", "*", "*"], "clari")
    assert "%" not in command, "cron makes a line break of it"
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0
    assert command.endswith("deploy/cron/nightly prod")
    assert subprocess.run(["sh", "-n", str(NIGHTLY)], check=False).returncode == 0
    assert NIGHTLY.stat().st_mode & 0o111
