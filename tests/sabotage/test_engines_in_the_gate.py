"""The gate over a team's table in another engine: what passes there, and what a sabotage turns, is as in DuckDB."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.elsewhere import ENGINES, into, into_sqlite
from tests.sabotage.integration import REPOSITORY, Integration, Judgement, Results, copy_of

CHECKS = [str(REPOSITORY / "checks" / f"test_{section}.py") for section in ("api", "res", "cla", "mon")]
SABOTAGE = """
    UPDATE analytics.forecasts SET crm_closed = NULL;
    DELETE FROM analytics.forecasts WHERE time_period = (SELECT min(time_period) FROM analytics.forecasts);
    INSERT INTO analytics.forecasts SELECT * FROM analytics.forecasts LIMIT 1
"""
TURNED = {
    *((item, "warehouse") for item in ("API-03", "API-04", "API-05", "RES-03", "RES-05")),
    ("MON-05", "clari"),
}


@pytest.fixture(scope="module")
def tables(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Integration]:
    """An integration whose table somebody else's connector fills, healthy and sabotaged."""
    made = {}
    for name in ("healthy", "sabotaged"):
        integration = made[name] = copy_of(template, tmp_path_factory.mktemp("engines") / name)
        text = integration.settings.read_text()
        filled_by_others = text.replace('exporter = "reference"', 'exporter = { managed = "fivetran" }')
        integration.settings.write_text(filled_by_others.replace("duckdb:///team.duckdb", "env://TEAM_WAREHOUSE"))
    made["sabotaged"].sql(SABOTAGE)
    return made


@pytest.fixture(scope="module")
def in_duckdb(tables: dict[str, Integration]) -> dict[str, Results]:
    return {
        name: asked_of_the_table(judged(each, f"duckdb:///{each.directory}/team.duckdb"))
        for name, each in tables.items()
    }


def judged(integration: Integration, url: str) -> Judgement:
    integration.variables["TEAM_WAREHOUSE"] = url
    return integration.judge_here(*CHECKS)


def asked_of_the_table(said: Judgement) -> Results:
    """Return the result of each item that looked into the team's table, or compared it with Clari."""
    return {
        (item, source): result
        for (item, source), result in said.results.items()
        if source == "warehouse" or item == "MON-05"
    }


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_every_item_that_asks_the_table_is_judged_as_in_duckdb(
    engine: str,
    tables: dict[str, Integration],
    in_duckdb: dict[str, Results],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    for name, integration in tables.items():
        source = integration.directory / "team.duckdb"
        if engine == "sqlite":  # in which a table has no schema
            integration.reword('"analytics.forecasts"', '"forecasts"')
            found = asked_of_the_table(judged(integration, into_sqlite(source, tmp_path / f"{name}.sqlite")))
            integration.reword('"forecasts"', '"analytics.forecasts"')
        else:
            found = asked_of_the_table(judged(integration, into(engine, source, request.getfixturevalue(engine))))
        assert found == in_duckdb[name]
        assert {pair for pair, result in found.items() if result == "FAIL"} == (
            TURNED if name == "sabotaged" else set()
        )
        assert {found[pair] for pair in (("CLA-12", "warehouse"), ("MON-03", "warehouse"))} == {"PASS"}
