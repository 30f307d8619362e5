"""Evidence is collected once, in all workers, its failures included."""

import gc
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.client import Exchange
from clari_readiness.errors import NoOptIn, Unreachable
from clari_readiness.gate.collect import Collector

EXCHANGE = Exchange("GET", "https://api.clari.com/v4/admin/limits", 200, "", 0.1, 1, datetime(2026, 11, 21, tzinfo=UTC))


def test_a_piece_is_fetched_once_and_read_afterwards(tmp_path: Path) -> None:
    calls = []

    def fetch(exchanges: list[Exchange]) -> Any:
        calls.append(1)
        exchanges.append(EXCHANGE)
        return {"jobs": {"monthlyQuota": 30}}

    collector = Collector(tmp_path / "run")
    pieces = [collector.once("limits", fetch) for _ in range(3)]
    assert len(calls) == 1
    assert pieces[0] == pieces[2]
    assert pieces[2].value() == {"jobs": {"monthlyQuota": 30}}
    assert pieces[2].requests[0]["url"].endswith("/admin/limits")


def test_a_failure_is_a_piece_of_evidence_too_and_comes_back_as_it_was(tmp_path: Path) -> None:
    calls = []

    def fetch(_: list[Exchange]) -> Any:
        calls.append(1)
        raise NoOptIn("GET /forecast/x", status=401, code="no_optin", detail="No optins", error_id="c16a")

    collector = Collector(tmp_path / "run")
    for _ in range(2):
        with pytest.raises(NoOptIn, match="no_optin") as caught:
            collector.once("forecast", fetch).value()
        assert (caught.value.status, caught.value.error_id) == (401, "c16a")
    assert len(calls) == 1


def test_a_crash_is_no_evidence_and_the_next_one_tries_again(tmp_path: Path) -> None:
    collector = Collector(tmp_path / "run")

    def crash(_: list[Exchange]) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        collector.once("limits", crash)
    assert collector.once("limits", lambda _: 5).value() == 5


def test_another_run_collects_its_own(tmp_path: Path) -> None:
    assert Collector(tmp_path / "one").once("limits", lambda _: 1).value() == 1
    assert Collector(tmp_path / "two").once("limits", lambda _: 2).value() == 2


def _ask(directory: Path, log: Path) -> None:
    gc.disable()  # what the parent left behind, such as connections, is not this process's to collect

    def fetch(_: list[Exchange]) -> Any:
        with log.open("a") as file:
            file.write("asked\n")
        raise Unreachable("connection refused")

    piece = Collector(directory).once("limits", fetch)
    assert piece.error is not None


def test_eight_processes_at_once_ask_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    log = tmp_path / "log"
    processes = [context.Process(target=_ask, args=(tmp_path / "run", log)) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 8
    assert log.read_text() == "asked\n"
