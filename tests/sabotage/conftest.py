from __future__ import annotations

from pathlib import Path

import pytest

from tests.once import once
from tests.sabotage.cases import MANAGED, REHEARSED
from tests.sabotage.integration import Integration, Results, copy_of, healthy
from tests.sabotage.trials import put_on_trial

pytest.register_assert_rewrite("tests.sabotage.case_judged", "tests.sabotage.fooled")  # or they fail without a word


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Integration:
    return once(tmp_path_factory, "healthy", _healthy_and_tried)


def _healthy_and_tried(directory: Path) -> Integration:
    integration = healthy(directory)
    put_on_trial(integration)
    return integration


@pytest.fixture(scope="session")
def baseline(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What the gate says of the healthy integration."""
    return copy_of(template, tmp_path_factory.mktemp("baseline") / "healthy").judge().results


@pytest.fixture
def passing(template: Integration, tmp_path: Path) -> Integration:
    """An integration for which the gate passes: a managed connector, which has no trial."""
    integration = copy_of(template, tmp_path / "integration")
    integration.reword(REHEARSED, MANAGED)
    return integration
