"""Profile v1, which the go-live checklist was written against (F2), from the export to the decision."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from tests.end_to_end.holdings import exact, ledger
from tests.end_to_end.place import Place, Ran


@dataclass(frozen=True)
class First:
    """An export and a gate with profile v1, and the jobs whose rows are exact."""

    place: Place
    exported: Ran
    judged: Ran
    jobs: set[str]


@pytest.fixture(scope="module")
def v1(tmp_path_factory: pytest.TempPathFactory) -> First:
    place = Place.fresh(tmp_path_factory.mktemp("v1") / "place", history=1)
    place.reword('{ profile = "v4", key = "fixture://simulated" }', '{ profile = "v1", key = "fixture://simulated" }')
    with place.simulator() as simulator:
        exported = place.export()
        reconciled = place.run("reconcile", "--env=simulated")
        assert reconciled.code == 0, reconciled
        drilled = place.run("alert", "--test", "--env=simulated")
        assert drilled.code == 0, drilled
        judged = place.gate("--env=simulated")
        return First(place, exported, judged, exact(place, simulator))


def test_exports_with_profile_v1_are_loaded(v1: First) -> None:
    assert (v1.exported.code, v1.exported.lines[-1]) == (0, "2 of 2 exports loaded"), v1.exported
    assert v1.jobs == {entry.job_id for entry in ledger(v1.place)}
    assert len(v1.jobs) == 2


def test_the_gate_with_profile_v1_decides_as_with_v4(v1: First) -> None:
    checks = [finding for item in v1.place.report()["items"] for finding in item["findings"] if finding["check"]]
    assert Counter(finding["result"] for finding in checks) == {"PASS": 50}, v1.judged.out
    assert v1.judged.code == 0


def test_every_request_goes_to_v1_and_is_accepted(v1: First) -> None:
    journal = v1.place.journal()
    assert {line["path"].split("/")[1] for line in journal} == {"v1"}
    assert {line["user"] for line in journal} == {4711}
    assert "/v1/forecast/types" in {line["path"] for line in journal}
