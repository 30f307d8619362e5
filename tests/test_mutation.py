"""What `make mutants` makes of mutmut's results."""

from __future__ import annotations

import pytest

from tests.mutation import Mutant, enough, listed, table

RESULTS = """
    clari_readiness.client.pages.x_audit_pages__mutmut_1: killed
    clari_readiness.client.pages.x__address__mutmut_2: survived
    clari_readiness.warehouse.loading.x_load__mutmut_1: timeout
    clari_readiness.warehouse.loading.x_roll_back__mutmut_1: no tests
    clari_readiness.warehouse.loading.x_roll_back__mutmut_2: not checked
"""


def of(**counts: int) -> list[Mutant]:
    return [Mutant("a.b", status) for status, number in counts.items() for _ in range(number)]


def test_mutants_are_counted_by_module_and_only_those_that_were_noticed_are_killed() -> None:
    assert [line.split() for line in table(listed(RESULTS))][1:] == [
        ["2", "1", "1", "50.0", "clari_readiness.client.pages"],
        ["3", "0", "3", "0.0", "clari_readiness.warehouse.loading"],
        ["5", "1", "4", "20.0", "all"],
    ]


@pytest.mark.parametrize(
    ("mutants", "are_enough"),
    [
        (of(killed=9, survived=1), True),
        (of(killed=89, survived=11), False),
        (of(killed=89, segfault=1, survived=10), True),
        (of(killed=89, timeout=1, survived=10), False),
        ([*of(killed=8, survived=1), Mutant("a.b", "not checked")], False),
        ([], False),
    ],
)
def test_nine_of_ten_are_enough_and_no_mutants_at_all_are_not(mutants: list[Mutant], *, are_enough: bool) -> None:
    assert enough(mutants) is are_enough
