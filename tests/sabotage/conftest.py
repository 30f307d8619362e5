from __future__ import annotations

import pytest

from tests.sabotage.integration import Integration, Results, copy_of, healthy


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Integration:
    return healthy(tmp_path_factory.mktemp("sabotage") / "healthy")


@pytest.fixture(scope="session")
def baselines(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Results]:
    """What the gate says of the healthy integration."""
    directory = tmp_path_factory.mktemp("baseline")
    return {"simulated": copy_of(template, directory / "simulated").judge()}
