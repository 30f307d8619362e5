"""Trials that meet, that are stopped, and that are killed: nobody is convicted for it, and nothing goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.cli import INTERRUPTED
from clari_readiness.errors import ReadinessError
from clari_readiness.trial import Outcome, Verdict, Wishes, accused_of, chosen, run
from clari_readiness.trial.child import CommandStarter, Start, Starter
from clari_readiness.trial.run import Trial
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios import HEALTHY
from tests.trial.conftest import EXPORTERS
from tests.trial.test_trial_command import COMMAND, on_trial

AT_ONCE = "touch begun; exec sleep 300\n"
AFTER_THE_HEALTHY_RUN = f'if [ -e healthy ]; then {AT_ONCE.strip()}; fi; touch healthy\nexec python3 "$1"\n'


@contextmanager
def under_way(directory: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """A trial of an exporter that waits, which has begun to."""
    (directory / "waits.sh").write_text(script)
    exporter = f"sh waits.sh {EXPORTERS / 'repeats_the_post.py'}"
    named = ("--exporter", exporter, "--warehouse", "sqlite:///w.sqlite", "--time-scale", "20", "--at-once", "2")
    with started(directory, *named) as running:
        wait_until((directory / "begun").exists)
        yield running


@contextmanager
def started(directory: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    output = (directory / "printed.txt").open("w")
    with output, subprocess.Popen([*COMMAND, *options], cwd=directory, stdout=output, stderr=output, text=True) as one:
        try:
            yield one
        finally:
            one.kill()


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def at_work_in(directory: Path) -> list[int]:
    """Return the processes whose working directory it is."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if (each / "cwd").readlink() == directory:
                found.append(int(each.name))
        except OSError:
            continue
    return found


def test_a_second_trial_in_one_place_is_told_who_is_there_and_starts_nothing(tmp_path: Path) -> None:
    with under_way(tmp_path, AT_ONCE) as first:
        second = on_trial(tmp_path, "repeats_the_post", "--scenario", "healthy")
        there = tmp_path / ".readiness" / "trial"
        said = f"another trial is at work in {there} (process {first.pid}); let it end, or stop it"
        assert (second.returncode, second.stdout, second.stderr) == (10, "", f"clari-readiness: {said}\n")
    for pid in at_work_in(tmp_path):
        os.kill(pid, signal.SIGKILL)
    assert on_trial(tmp_path, "repeats_the_post", "--scenario", "healthy").returncode == 0


@pytest.mark.parametrize("script", [AT_ONCE, AFTER_THE_HEALTHY_RUN])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_trial_that_is_stopped_stops_its_exporters_and_leaves_nothing_at_work(
    tmp_path: Path, stop: signal.Signals, script: str
) -> None:
    with under_way(tmp_path, script) as running:
        assert len(at_work_in(tmp_path)) > 1
        running.send_signal(stop)
        assert running.wait(20) == INTERRUPTED
    assert (tmp_path / "printed.txt").read_text().splitlines()[-1] == "clari-readiness: interrupted"
    assert at_work_in(tmp_path) == []
    assert not (tmp_path / ".readiness" / "trial" / "work").exists()


def test_a_trial_of_the_reference_exporter_that_is_stopped_leaves_nothing_at_work_either(tmp_path: Path) -> None:
    with started(tmp_path, "--exporter", "reference", "--warehouse", "duckdb:///w.duckdb") as running:
        wait_until(lambda: "kept   healthy" in (tmp_path / "printed.txt").read_text())
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == INTERRUPTED
    assert at_work_in(tmp_path) == []


def test_what_a_killed_trial_left_in_its_warehouse_convicts_nobody(tmp_path: Path) -> None:
    with under_way(tmp_path, AT_ONCE) as running:
        running.kill()
        running.wait()
    for pid in at_work_in(tmp_path):
        os.kill(pid, signal.SIGKILL)
    left = tmp_path / ".readiness" / "trial" / "work" / "healthy" / "warehouse" / "w.sqlite"
    left.write_bytes(b"SQLite format 3\0, and then nothing that anybody could read")
    assert on_trial(tmp_path, "repeats_the_post", "--scenario", "healthy").returncode == 0


def test_a_starter_that_is_closed_kills_what_runs_and_starts_nothing_more(tmp_path: Path) -> None:
    starter = CommandStarter(("sleep", "300"))
    start = Start({"PATH": os.environ["PATH"]}, tmp_path, tmp_path / "output.txt")
    child = starter.start(start)
    starter.close()
    assert child.wait(20) == -signal.SIGKILL
    with pytest.raises(ReadinessError, match="the trial was ended before this run began"):
        starter.start(start)


def test_a_stop_while_scenarios_are_handed_out_waits_for_none_that_has_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    handed_out = count(1)

    class Interrupted(ThreadPoolExecutor):
        def submit(self, *arguments: Any, **named: Any) -> Future[Any]:
            if next(handed_out) == 5:
                raise KeyboardInterrupt
            return super().submit(*arguments, **named)

    def outcome(_: Trial, scenario: Scenario, __: Starter) -> Outcome:
        begun.append(scenario.name)
        if scenario is not HEALTHY:
            time.sleep(0.5)
        return Outcome(scenario.name, scenario.items, scenario.done, Verdict.KEPT)

    monkeypatch.setattr(run, "ThreadPoolExecutor", Interrupted)
    monkeypatch.setattr(Trial, "_outcome", outcome)
    accused = accused_of(None, Wishes("sleep 300", "sqlite:///w.sqlite", None, 1))
    with pytest.raises(KeyboardInterrupt):
        list(Trial(accused, tmp_path, {"PATH": os.environ["PATH"]}).outcomes(chosen()))
    assert begun == ["healthy", begun[1]]
