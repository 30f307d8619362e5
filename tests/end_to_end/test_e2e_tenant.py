"""A team records its own Clari with `pytest checks`, and its CI judges the contracts from what was committed."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from clari_readiness.redact import variants
from clari_readiness.simulator import Line
from tests.end_to_end.place import Place, Ran, before_the_answer
from tests.tenants import KEY, Tenant

CONTRACTS = ("-m", "contracts")
AGED = ("faketime", "-f", "+95d")


@dataclass(frozen=True)
class Recorded:
    """What a team saw that recorded twice, what lies there, and what its CI saw under other circumstances."""

    tenant: Tenant
    once: Ran
    files: Mapping[str, bytes]
    again: Ran
    after: Mapping[str, bytes]
    ci: Mapping[str, tuple[Tenant, Ran]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    place = tmp_path_factory.mktemp("tenant")
    tenant = Tenant.beside(place / "team")
    with tenant.simulator:
        tenant.configure()
        tenant.export()
        once, files = tenant.record(*CONTRACTS), tenant.files
        again, after = tenant.record(*CONTRACTS, "-n", "2"), tenant.files
    changes: dict[str, Callable[[Tenant], None]] = {
        "as it is": lambda _: None,
        "95 days later": lambda _: None,
        "an answer broken": _broken,
        "a cassette gone": lambda ci: (ci.recordings / "jobs.json").unlink(),
    }
    if shutil.which("faketime") is None:
        del changes["95 days later"]
    running = {}
    for name, change in changes.items():
        ci = _clone(tenant, place / name.replace(" ", "-"))
        change(ci)
        running[name] = ci, ci.start_replay(under=AGED if name == "95 days later" else ())
    return Recorded(tenant, once, files, again, after, {name: (ci, run.end()) for name, (ci, run) in running.items()})


def test_recording_judges_the_live_answers_and_says_where_the_recordings_are(recorded: Recorded) -> None:
    assert (recorded.once.code, recorded.once.err) == (0, "")
    assert "SUBSET PASSED   exit code 0   staging, live" in recorded.once.out
    assert f"6 files in {recorded.tenant.recordings} are recorded from a tenant" in recorded.once.out
    assert "left out, since no contract knows it: $.items[].eventParameters.source (" in recorded.once.out


def test_two_recordings_of_the_same_answers_are_the_same_bytes_with_any_number_of_workers(recorded: Recorded) -> None:
    assert len(recorded.files) == 6
    assert recorded.after == recorded.files
    assert recorded.again.code == 0


def test_recording_starts_no_job_and_asks_for_nothing_twice(recorded: Recorded) -> None:
    asked = recorded.tenant.simulator.journal.lines[1:]
    assert {line.method for line in asked} == {"GET"}
    assert len(asked) == 2 * (len(recorded.files) - 1)


def test_no_key_is_in_any_file_or_said(recorded: Recorded) -> None:
    said = b"\n".join([*recorded.files.values(), recorded.once.said.encode(), recorded.again.said.encode()])
    assert not [needle for needle in variants(KEY) if needle in said]


def test_ci_judges_the_contracts_without_key_and_clari(recorded: Recorded) -> None:
    ci, ran = recorded.ci["as it is"]
    assert not ci.key.exists()
    assert (ran.code, ran.err) == (0, "")
    assert "SUBSET PASSED   exit code 0   staging, rehearsal" in ran.out
    assert "GO " not in ran.out
    assert ci.report(replayed=True)["live"] is False
    assert not (ci.directory / ".readiness/staging/report.json").exists()


def test_recordings_that_are_too_old_are_not_verified(recorded: Recorded) -> None:
    if "95 days later" not in recorded.ci:
        pytest.skip("faketime is missing: make system-deps")
    ci, ran = recorded.ci["95 days later"]
    assert ran.code == 10
    (item,) = ci.report(replayed=True)["items"]
    assert item["result"] == "NOT VERIFIED"
    (finding,) = item["findings"]
    assert re.search(r"9[45] days ago; max_recording_age is 90 days", finding["observed"])
    assert "clari-readiness check --env=staging --record-mode=rewrite" in finding["fix"]


def test_a_recorded_answer_that_breaks_its_contract_fails(recorded: Recorded) -> None:
    ci, ran = recorded.ci["an answer broken"]
    assert ran.code == 1
    (item,) = ci.report(replayed=True)["items"]
    assert item["result"] == "FAIL"
    assert "jobs: $[0].orgId: expected an integer" in item["findings"][0]["observed"]


def test_a_cassette_that_is_gone_is_not_verified(recorded: Recorded) -> None:
    ci, ran = recorded.ci["a cassette gone"]
    assert ran.code == 10
    assert "nobody recorded jobs" in ci.report(replayed=True)["items"][0]["findings"][0]["observed"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_recording_that_is_stopped_leaves_the_old_one_as_it_was(
    recorded: Recorded, tmp_path: Path, number: signal.Signals
) -> None:
    tenant = Tenant.beside(tmp_path / "team")
    shutil.copytree(recorded.tenant.recordings, tenant.recordings)
    with tenant.simulator:
        tenant.configure()
        running = tenant.start("--record-mode=rewrite", *CONTRACTS)
        with before_the_answer(tenant.simulator, _asks_for_jobs, lambda: running.process.send_signal(number)):
            ran = running.end()
    assert ran.code == (2 if number == signal.SIGINT else -number), ran
    assert "are recorded" not in ran.out
    assert tenant.files == recorded.files
    assert [path.name for path in tenant.recordings.parent.iterdir()] == ["staging"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--env=prod", "--record-mode=none"), "recordings of prod say whether contracts hold, and nothing else"),
        (("--env=prod", "-m", "contracts", "--record-mode=none"), "prod was never recorded"),
        (("--env=recorded", "--record-mode=rewrite"), "recorded has recordings and no Clari to record"),
        (("--env=prod", "--record-mode=once"), "the gate records whole or not at all"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_recorded_or_replayed_is_one_line_and_exit_code_4(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    place = Place.fresh(tmp_path / "place")
    ran = place.gate(*arguments)
    (line,) = ran.lines
    assert ran.code == 4
    assert says in line
    assert "; " in line
    assert [path.name for path in place.directory.iterdir()] == ["clari-readiness.toml"]


def _clone(tenant: Tenant, directory: Path) -> Tenant:
    """Return what CI has of it: settings and recordings, no key and nothing that a run left behind."""
    directory.mkdir()
    shutil.copy(tenant.settings, directory)
    shutil.copytree(tenant.recordings, directory / "recordings" / "staging")
    return Tenant(directory, tenant.simulator)


def _broken(ci: Tenant) -> None:
    path = ci.recordings / "jobs.json"
    cassette = json.loads(path.read_text())
    body = cassette["interactions"][0]["response"]["body"]
    body["string"] = re.sub(r'"orgId":\d+', '"orgId":"many"', body["string"])
    path.write_text(json.dumps(cassette))
    assert "many" in body["string"]


def _asks_for_jobs(line: Line) -> bool:
    return line.path.endswith("/export/jobs")
