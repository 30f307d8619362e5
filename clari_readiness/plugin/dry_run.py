"""`--dry-run`: what the selected checks would ask of Clari, told instead of run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.gate.asking import would_ask, would_cost
from clari_readiness.gate.items import promise_of
from clari_readiness.gate.readiness import Readiness

EXIT_CODE = pytest.ExitCode.NO_TESTS_COLLECTED
"""No check was run, so nothing is decided: 0 would be read as GO, and 10 as a run that could not look."""


def alone(config: pytest.Config) -> None:
    """Take `-n` out of a dry run: there is nothing that workers could share."""
    if config.getoption("dry_run") and hasattr(config.option, "numprocesses"):
        config.option.numprocesses = None
        config.option.dist = "no"
        config.option.tx = []


def told(readiness: Readiness, items: Iterable[pytest.Item]) -> Iterator[str]:
    """Yield what a run of these checks would do, line by line. Nothing is sent."""
    environment = readiness.environment
    promises = [promise for promise in map(promise_of, items) if promise is not None]
    selected = {(promise.item.id, promise.source) for promise in promises}
    yield f"DRY RUN of {environment.name}: nothing was sent, and nothing is decided"
    try:
        asked, costs = would_ask(readiness, selected), list(would_cost(readiness, selected))
        address = environment.endpoint if environment.kind != "recorded" else "the recordings, which cost nothing"
    except ReadinessError as error:
        yield f"what would be asked is not known: {error}"
        return
    yield f"{len(asked)} requests, each once for all checks and workers, to {address}"
    yield from (f"  {each}" for each in asked)
    yield "What it would cost:"
    yield from (f"  {line}" for line in costs)
