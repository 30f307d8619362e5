"""What holds of any two exports: a swing is found at every level it is in, and nothing that is none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.monitoring.scene import A_DAY, AT, Scene, told

pytestmark = pytest.mark.database

CENTS = st.integers(-1_000_000_00, 1_000_000_00).map(lambda cents: Decimal(cents) / 100)
THRESHOLDS = st.integers(1, 10_000).map(lambda parts: Decimal(parts) / 10_000)
EXPORTS = st.dictionaries(st.sampled_from(["ann", "bob", "cyn", "mia", "max", "chief"]), CENTS, max_size=6)
SELLERS = {"ann": "mia", "bob": "mia", "cyn": "max"}

Amounts = dict[str, Decimal]


@pytest.fixture(scope="module")
def scene() -> Scene:
    scene = Scene()
    scene.hierarchy()
    return scene


def weigh(scene: Scene, before: Amounts, after: Amounts, threshold: Decimal) -> set[tuple[str, str, str]]:
    """Return what is found between two exports, and nothing but these two."""
    scene.connection.execute("DELETE FROM clari_forecasts")
    scene.exports.clear()
    scene.put(before, AT - A_DAY)
    scene.put(after)
    return found(scene, threshold)


def found(scene: Scene, threshold: Decimal) -> set[tuple[str, str, str]]:
    scene.threshold = threshold
    return {told(each) for each in scene.detect().anomalies}


@given(EXPORTS, EXPORTS, THRESHOLDS, THRESHOLDS)
def test_law_a_higher_threshold_never_finds_more(
    scene: Scene, before: Amounts, after: Amounts, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    assert weigh(scene, before, after, high) <= found(scene, low)


@given(EXPORTS, THRESHOLDS)
def test_law_the_same_amounts_are_no_anomaly(scene: Scene, amounts: Amounts, threshold: Decimal) -> None:
    assert weigh(scene, amounts, amounts, threshold) == set()


@given(EXPORTS, THRESHOLDS, st.sampled_from([1, -1]))
@example({"ann": Decimal("0.00")}, Decimal("0.2"), 1)
def test_law_exactly_the_threshold_is_no_swing_at_any_level(
    scene: Scene, amounts: Amounts, threshold: Decimal, way: int
) -> None:
    assume(way == 1 or threshold < 1)
    before = {who: amount * 10_000 for who, amount in amounts.items()}
    after = {who: amount * (1 + way * threshold) for who, amount in before.items()}
    assert weigh(scene, before, after, threshold) == set()


@given(
    st.sampled_from(sorted(SELLERS)),
    st.dictionaries(st.sampled_from(sorted(SELLERS)), st.integers(1, 1_000), min_size=3, max_size=3),
    THRESHOLDS,
)
def test_law_a_planted_swing_is_found_at_every_level_it_is_in(
    scene: Scene, who: str, amounts: dict[str, int], threshold: Decimal
) -> None:
    """The rise is a hair more than the threshold of all of them together, so it is more than that of any part."""
    before = {each: Decimal(amount) * 100 for each, amount in amounts.items()}
    rise = sum(before.values()) * threshold + Decimal("0.01")
    assert weigh(scene, before, {**before, who: before[who] + rise}, threshold) == {
        ("rep", who, "swing"),
        ("team", SELLERS[who], "swing"),
        ("team", "chief", "swing"),
        ("total", "", "swing"),
    }
