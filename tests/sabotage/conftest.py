from __future__ import annotations

import pytest

from tests.sabotage.integration import Integration, Results, copy_of, healthy


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Integration:
    return healthy(tmp_path_factory.mktemp("sabotage") / "healthy")


@pytest.fixture(scope="session")
def baseline(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What the gate says of the healthy integration."""
    return copy_of(template, tmp_path_factory.mktemp("baseline") / "healthy").judge().results
