"""The detection's self-test: the real one passes, and each that is broken in one way is seen to fail."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

import pytest

from clari_readiness.model.anomalies import AnomalyKind, Detection
from clari_readiness.monitoring import Detector, SelfTest, self_test
from clari_readiness.monitoring.baselines import TURN
from clari_readiness.warehouse import Export, StandingAmounts, Tables, WarehouseReader
from clari_readiness.warehouse.engines import DuckDBEngine
from tests.monitoring.scene import A_DAY, AT, FIFTH, FISCAL_YEAR, Scene

UNCHANGED_FOR = 4 * A_DAY


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.hierarchy()
    scene.put({"ann": "123.45", "bob": "-0.01", "mia": "123.44"})
    return scene


def tried(
    scene: Scene, broken: Callable[[Detector], object] = lambda detector: detector, threshold: Decimal = FIFTH
) -> SelfTest:
    def detector(amounts: StandingAmounts) -> Detector:
        return cast("Detector", broken(Detector(amounts, threshold, FISCAL_YEAR, UNCHANGED_FOR)))

    export = scene.exports[0]
    copied = scene.amounts.copy(export, WarehouseReader(DuckDBEngine(scene.connection, "the scene"), Tables()))
    return self_test(
        copied, export, detector, threshold=threshold, fiscal_year=FISCAL_YEAR, unchanged_for=UNCHANGED_FOR
    )


def rows(scene: Scene) -> list[tuple[object, ...]]:
    return scene.connection.execute("SELECT * FROM main.clari_forecasts ORDER BY ALL").fetchall()


def test_the_detection_finds_what_is_planted_and_nothing_else(scene: Scene) -> None:
    before = rows(scene)
    found = tried(scene)
    assert found.failures == ()
    assert {"20.00 % up", "19.99 % up", "20.01 % up", "20.01 % down", "from zero", "to zero", "another sign"} <= set(
        found.tried
    )
    assert rows(scene) == before


@pytest.mark.parametrize("threshold", ["0.00000001", "0.0001", "0.333333", "0.9999", "1"])
def test_it_passes_for_any_threshold(scene: Scene, threshold: str) -> None:
    assert tried(scene, threshold=Decimal(threshold)).failures == ()


@dataclass
class Broken:
    """A detection with one thing wrong: what it is given, or what it gives."""

    detector: Detector
    takes: Callable[[Collection[Export]], Collection[Export]] = lambda trusted: trusted
    gives: Callable[[Detection], Detection] = lambda found: found

    def detect(self, newest: Sequence[Export], trusted: Collection[Export]) -> Detection:
        return self.gives(self.detector.detect(newest, self.takes(trusted)))


def without(kind: AnomalyKind) -> Callable[[Detector], object]:
    return lambda detector: Broken(detector, gives=lambda found: _only(found, lambda each: each.kind is not kind))


def of_level(level: str) -> Callable[[Detector], object]:
    return lambda detector: Broken(detector, gives=lambda found: _only(found, lambda each: each.level == level))


def _only(found: Detection, keeps: Callable[..., bool]) -> Detection:
    return replace(found, anomalies=tuple(each for each in found.anomalies if keeps(each)))


def trusts_everything(detector: Detector) -> object:
    stored = detector.amounts.exports(["net_bookings"], ["2027_Q2", "2027_Q3"])
    return Broken(
        detector, takes=lambda _: detector.amounts.exports(["net_bookings"], ["2027_Q2", "2027_Q3"]) or stored
    )


def never_looks_a_quarter_back(detector: Detector) -> object:
    def without_the_turn(found: Detection) -> Detection:
        return _only(found, lambda each: each.baseline_period == each.time_period)

    return Broken(detector, gives=without_the_turn)


BROKEN: dict[str, tuple[Callable[[Detector], object], str]] = {
    "finds nothing": (
        lambda detector: Broken(detector, gives=lambda found: _only(found, lambda _: False)),
        "20.01 % up",
    ),
    "takes exactly the threshold for a swing": (
        lambda detector: replace(detector, threshold=detector.threshold - Decimal("0.00001")),
        "20.00 % up was planted, and found as swing",
    ),
    "has another threshold": (lambda detector: replace(detector, threshold=Decimal("0.5")), "20.01 % up"),
    "looks at people only": (of_level("rep"), "not found at total level"),
    "looks at totals only": (of_level("total"), "not found at rep level"),
    "knows no zero": (without(AnomalyKind.FROM_ZERO), "from zero"),
    "knows no end": (without(AnomalyKind.TO_ZERO), "to zero"),
    "knows no sign": (without(AnomalyKind.SIGN_CHANGE), "another sign"),
    "trusts what did not reconcile": (trusts_everything, "an export which did not reconcile"),
    "never looks a quarter back": (never_looks_a_quarter_back, "the same week of the quarter before"),
    "lets it stand still": (without(AnomalyKind.UNCHANGED_TOO_LONG), "nothing for too long"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_detection_with_one_defect_is_found_out(scene: Scene, name: str) -> None:
    broken, says = BROKEN[name]
    failures = tried(scene, broken).failures
    assert any(says in failure for failure in failures), failures


def test_the_turn_is_a_week_and_the_planted_one_is_its_first_day() -> None:
    assert TURN == 7 * A_DAY
    assert FISCAL_YEAR.first_day(FISCAL_YEAR.quarter_of(AT.date())).isoformat() == "2026-08-01"
