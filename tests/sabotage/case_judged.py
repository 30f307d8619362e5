"""A case judged by the gate: what it must turn away from PASS, and what it must leave alone."""

from __future__ import annotations

import os

from clari_readiness.model.findings import Result
from tests.sabotage.cases import Sabotage
from tests.sabotage.integration import REPOSITORY, Integration

WHOLE = os.environ.get("SABOTAGE") == "whole"
"""Whether a case is judged by all items (`make sabotage`), or by its own alone, which takes a fraction of the time."""


def assert_turned(case: Sabotage, integration: Integration) -> None:
    """Break the integration as the case does, and see which items turn."""
    case.wreck(integration)
    judged = integration.judge_here(*() if WHOLE else (str(REPOSITORY / "checks"), "-k", case.item))
    assert judged.results[case.pair] == case.result
    touched = {pair for pair, result in judged.results.items() if result != Result.PASS}
    assert touched == {pair for pair in (case.pair, *case.also) if WHOLE or pair[0] == case.item}
    assert judged.exit_code == (1 if Result.FAIL in judged.results.values() else 10)
    assert judged.report is not None
    assert judged.report["decision"]["exit_code"] == judged.exit_code
