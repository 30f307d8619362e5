"""The recorded run is the same on every day and on every network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clari_readiness.redact import variants
from clari_readiness.secrets import fixture_key
from tests.end_to_end.place import Place, Ran, Running

A_YEAR_AHEAD = ("faketime", "-f", "+365d")
_LOOPBACK_ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
os.execvp(sys.argv[1], sys.argv[1:])
"""
NO_NETWORK = tuple(
    (*alone, sys.executable, "-c", _LOOPBACK_ALONE) for alone in (("unshare", "-n"), ("unshare", "-r", "-n"))
)


@dataclass(frozen=True)
class Recorded:
    """A recorded run: where it left its report, and what it said."""

    place: Place
    ran: Ran

    @property
    def report(self) -> dict[str, Any]:
        return self.place.report("recorded")

    @property
    def items(self) -> Any:
        """The items whole, with all that was observed; only how long it took is left out."""
        return _without_seconds(self.report["items"])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Recorded]:
    """The recorded run as it is, with the clock a year ahead and without a network; all at once, to save time."""
    directory = tmp_path_factory.mktemp("recorded")
    under = {"plain": ()} | ({"ahead": A_YEAR_AHEAD} if shutil.which("faketime") else {})
    under |= {"offline": offline} if (offline := _without_network()) else {}
    running: dict[str, tuple[Place, Running]] = {}
    for name, command in under.items():
        place = Place.fresh(directory / name)
        running[name] = place, place.start_gate(under=command)
    return {name: Recorded(place, gate.end()) for name, (place, gate) in running.items()}


def test_the_recorded_run_passes_with_exit_code_0(runs: Mapping[str, Recorded]) -> None:
    assert runs["plain"].ran.code == 0
    assert "REHEARSAL PASSED   exit code 0   recorded, rehearsal" in runs["plain"].ran.out
    assert not re.search("FAIL|Traceback|Warning", runs["plain"].ran.said)


def test_with_the_clock_a_year_ahead_every_item_is_the_same(runs: Mapping[str, Recorded]) -> None:
    _needs("faketime")
    ahead, plain = runs["ahead"], runs["plain"]
    assert ahead.items == plain.items
    assert (ahead.ran.code, ahead.report["decision"]) == (0, plain.report["decision"])


def test_the_clock_was_a_year_ahead(runs: Mapping[str, Recorded]) -> None:
    _needs("faketime")
    began = datetime.fromisoformat(runs["ahead"].report["started_at"])
    assert began - datetime.now(UTC) > timedelta(days=364)


def test_without_any_network_every_item_is_the_same(runs: Mapping[str, Recorded]) -> None:
    _needs("unshare")
    if "offline" not in runs:
        pytest.skip("the kernel lets nobody here make a network of its own")
    assert runs["offline"].items == runs["plain"].items
    assert runs["offline"].ran.code == 0


def test_the_recorded_run_leaves_no_key_behind(runs: Mapping[str, Recorded]) -> None:
    place, ran = runs["plain"].place, runs["plain"].ran
    left = [path for path in (place.directory / ".readiness").rglob("*") if path.is_file()]
    assert {path.name for path in left} >= {"report.html", "report.json", "history.jsonl"}
    everything = b"\n".join([*(path.read_bytes() for path in left), ran.said.encode()])
    assert not [needle for needle in variants(fixture_key("recorded")) if needle in everything]


def _needs(tool: str) -> None:
    if shutil.which(tool) is None:
        message = f"{tool} is missing: make system-deps"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)


def _without_network() -> tuple[str, ...]:
    """Return the command under which there is no network but loopback; empty when this kernel has none."""
    for command in NO_NETWORK if shutil.which("unshare") else ():
        if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0:
            return command
    return ()


def _without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_seconds(inner) for key, inner in value.items() if key != "seconds"}
    return [_without_seconds(inner) for inner in value] if isinstance(value, list) else value
