"""What a simulator keeps: jobs, quota, clock and journal across a restart; and what it never shows, a key."""

import json
import socket
import stat
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator import DEFAULT_NOW, ApiUser, ManualClock, Organisation, RunningClock, Simulator

KEY = "an-exporters-own-key-0123456789"


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "state"


def state(kept):
    return json.loads((kept / "simulator.json").read_text())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_simulator_started_again_goes_on_with_jobs_and_quota(kept, connect):
    with Simulator(clock=ManualClock(), state_directory=kept) as first:
        api = connect(first)
        job_id = api.queue(timePeriod="2027_Q3", typesToExport=["quota"])
        cancelled = api.queue()
        api.cancel(cancelled)
        first.clock.sleep(3.0)
        content = api.results(job_id).content
    with Simulator(state_directory=kept) as second:
        api = connect(second)
        assert (api.job(job_id)["status"], api.job(job_id)["downloads"]) == ("DONE", 1)
        assert api.job(cancelled)["status"] == "CANCELLED"
        assert api.results(job_id).content == content
        assert api.get("/admin/limits").json()["jobs"]["availableMonthlyQuota"] == 999


def test_a_job_that_was_running_finishes_in_the_next_simulator(kept, connect):
    with Simulator(clock=ManualClock(), state_directory=kept) as first:
        job_id = connect(first).queue()
    with Simulator(clock=ManualClock(DEFAULT_NOW + timedelta(seconds=2)), state_directory=kept) as second:
        assert connect(second).job(job_id)["status"] == "STARTED"


def test_the_clock_goes_on_from_where_it_was_and_as_fast(kept):
    first = Simulator(clock=RunningClock(DEFAULT_NOW, speed=50.0), state_directory=kept)
    with first:
        pass
    second = Simulator(state_directory=kept)
    assert second.clock.speed == 50.0
    assert abs(second.clock.now() - first.clock.now()) < timedelta(seconds=60)


def test_the_state_file_has_what_another_process_needs_and_is_private(kept):
    with Simulator(clock=RunningClock(), key=KEY, state_directory=kept) as simulator:
        running = state(kept)
        assert running["running"] is True
        assert running["base_url"] == simulator.base_url()
        assert running["base_urls"]["v1"] == simulator.base_url("v1")
        assert (running["key"], running["seed"]) == (KEY, 7)
        shown, since = (datetime.fromisoformat(running["clock"][name]) for name in ("shown", "since"))
        expected = shown + (datetime.now(UTC) - since) * running["clock"]["speed"]
        assert abs(expected - simulator.clock.now()) < timedelta(seconds=5)
        assert (mode(kept), mode(kept / "simulator.json")) == (0o700, 0o600)
    assert state(kept)["running"] is False
    assert not list(kept.glob(".*"))


def test_without_a_directory_nothing_is_written(api, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    api.queue()
    assert list(tmp_path.iterdir()) == []


def test_two_simulators_do_not_share_a_directory(kept):
    with Simulator(state_directory=kept), pytest.raises(ReadinessError, match="running already"):
        Simulator(state_directory=kept).start()
    with Simulator(state_directory=kept):
        pass


def test_a_simulator_that_was_killed_leaves_a_state_to_go_on_with(kept, connect):
    program = """
import sys, pathlib, httpx
from clari_readiness.simulator import Simulator
simulator = Simulator(state_directory=pathlib.Path(sys.argv[1]))
simulator.start()
httpx.post(simulator.base_url() + "/export/forecast/net_bookings", headers={"apikey": simulator.key}, json={})
print("ready", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program, str(kept)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.kill()
    assert state(kept)["running"] is True
    with Simulator(state_directory=kept) as simulator:
        assert len(connect(simulator).get("/export/jobs").json()) == 1


def test_a_directory_of_another_organisation_is_refused(kept):
    with Simulator(state_directory=kept):
        pass
    with pytest.raises(ReadinessError, match="seed 7, not 8; use that seed"):
        Simulator(Organisation(seed=8), state_directory=kept)


def test_a_state_file_that_is_damaged_is_said_to_be(kept):
    kept.mkdir()
    (kept / "simulator.json").write_text('{"jobs": [{"number": 1}]}')
    with pytest.raises(ReadinessError, match=r"simulator\.json is not a simulator's state.*delete it"):
        Simulator(state_directory=kept)


def test_a_taken_port_is_one_clear_line_and_leaves_the_directory_free(kept):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        simulator = Simulator(state_directory=kept)
        with pytest.raises(ReadinessError, match=rf"port {port} of 127\.0\.0\.1: something else listens.*name another"):
            simulator.start(port)
    simulator.start(port)
    assert simulator.base_url() == f"http://127.0.0.1:{port}/v4"
    simulator.stop()


def test_a_port_that_cannot_be_is_refused(kept):
    with pytest.raises(ReadinessError, match="port 70000"):
        Simulator(state_directory=kept).start(70_000)


def test_it_listens_on_loopback_alone(simulator):
    assert simulator.base_url().startswith("http://127.0.0.1:")
    assert simulator._server._socket.getsockname()[0] == "127.0.0.1"


def test_it_starts_and_stops_quickly_and_then_the_port_is_closed():
    simulator = Simulator()
    began = time.monotonic()
    simulator.start()
    assert time.monotonic() - began < 0.5
    port = int(simulator.base_url().split(":")[2].partition("/")[0])
    simulator.stop()
    simulator.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    assert not any(thread.name == "clari-simulator" for thread in threading.enumerate())


def test_it_stops_while_a_client_keeps_its_connection(simulator, api):
    api.get("/admin/limits")
    simulator.stop()
    with pytest.raises(httpx.TransportError):
        api.get("/admin/limits")


def test_an_address_is_there_only_while_it_runs():
    with pytest.raises(ReadinessError, match="not running"):
        Simulator().base_url()


def test_every_request_is_in_the_journal_in_order(api, simulator, anybody):
    api.queue(timePeriod="2027_Q3")
    api.get("/export/jobs?x=1")
    anybody.get(f"{simulator.base_url()}/nowhere", headers={"apikey": "some other key"})
    lines = simulator.journal.lines
    assert [(line.number, line.method, line.path, line.query, line.status) for line in lines] == [
        (1, "POST", "/v4/export/forecast/net_bookings", "", 200),
        (2, "GET", "/v4/export/jobs", "x=1", 200),
        (3, "GET", "/v4/nowhere", "", 404),
    ]
    assert json.loads(lines[0].body) == {"timePeriod": "2027_Q3"}
    assert (lines[0].key, lines[0].user, lines[0].at) == (4711, 4711, "2026-11-21T09:00:00+00:00")
    assert (lines[2].user, lines[2].key[:7]) == (None, "sha256:")


def test_the_journal_is_appended_to_a_file_over_all_runs(kept, connect):
    for _ in range(2):
        with Simulator(state_directory=kept) as simulator:
            connect(simulator).get("/admin/limits")
    lines = [json.loads(line) for line in (kept / "journal.jsonl").read_text().splitlines()]
    assert [line["path"] for line in lines] == ["/v4/admin/limits"] * 2
    assert mode(kept / "journal.jsonl") == 0o600


def test_the_journal_never_holds_a_key_wherever_it_was_sent(kept, connect, anybody):
    unknown = "a-key-that-nobody-knows/0123456789"
    with Simulator(key=KEY, state_directory=kept) as simulator:
        api = connect(simulator)
        api.get(f"/audit/events?event={KEY}", headers={"user-agent": KEY})
        api.post("/export/forecast/net_bookings", json={"scopeId": KEY})
        api.get(f"/export/jobs/{KEY}")
        anybody.get(f"{simulator.base_url()}/x", params={"k": unknown}, headers={"authorization": f"Bearer {unknown}"})
        shown = repr(simulator.journal.lines) + (kept / "journal.jsonl").read_text() + repr(simulator._keys)
    assert KEY not in shown
    assert unknown not in shown
    assert unknown.replace("/", "%2F") not in shown
    assert "[key 4711]" in shown


def test_the_journal_is_readable_while_requests_come_from_many_threads(api, simulator):
    threads = [threading.Thread(target=api.get, args=("/admin/limits",)) for _ in range(12)]
    for thread in threads:
        thread.start()
        list(simulator.journal)
    for thread in threads:
        thread.join()
    assert sorted(line.number for line in simulator.journal) == list(range(1, 13))


def test_a_quota_of_one_is_spent_once_by_many_threads(start, connect):
    api = connect(start(monthly_quota=1))
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(api.post("/export/forecast/net_bookings", json={}).status_code))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200] + [400] * 7


def test_keys_can_be_chosen_for_every_user(connect):
    users = (ApiUser(1, "One", "one@example.com"), ApiUser(2, "Two", "two@example.com"))
    with Simulator(Organisation(users=users), keys={"first-key": 1, "second-key": 2}) as simulator:
        assert simulator.key == "first-key"
        api = connect(simulator, user=2)
        assert api.job(api.queue())["userId"] == 2


@pytest.mark.parametrize("arguments", [{"keys": {"k": 99}}, {"key": ""}])
def test_keys_that_cannot_be_are_refused(arguments):
    with pytest.raises(ReadinessError):
        Simulator(**arguments)


def test_a_running_clock_runs_as_fast_as_it_should():
    since = datetime.now(UTC) - timedelta(seconds=10)
    shown = RunningClock(DEFAULT_NOW, since=since, speed=3600.0).now()
    assert timedelta(hours=10) <= shown - DEFAULT_NOW < timedelta(hours=11)


def test_a_manual_clock_moves_only_when_it_is_moved(clock):
    assert clock.now() == DEFAULT_NOW
    clock.step(30, days=1)
    clock.sleep(30)
    assert (clock.now() - DEFAULT_NOW, clock.monotonic()) == (timedelta(days=1, minutes=1), 86_460.0)
    clock.set(DEFAULT_NOW)
    assert clock.now() == DEFAULT_NOW
