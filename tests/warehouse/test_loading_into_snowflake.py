"""Snowflake as the warehouse that is loaded into: what arrives, what an error leaves, and what each says.

What stands in for it is fakesnow, which is DuckDB in its heart: what only the real one does (DDL that commits, keys
that are not enforced, locks that wait) is looked at in what is said to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.model.exports import Loaded, Snapshot
from clari_readiness.warehouse.engines.snowflake_url import address_of
from clari_readiness.warehouse.loaders.snowflake import SnowflakeWarehouse
from clari_readiness.warehouse.loaders.snowflake_session import SnowflakeSession
from tests.snowflake_server import Snowflake, empty_database
from tests.warehouse.documents import ENDED, STAR, document, entry, land, snapshot

Load = Callable[..., Loaded]
ODD = "a\tb\nc\\.\n\\.\r\\N'\"%s $x ? :1 ü \u2028 \U0001f600"
LATER = ENDED + timedelta(days=1)


@pytest.fixture
def url(snowflake: Snowflake) -> str:
    return empty_database(snowflake)


@pytest.fixture
def server(url: str) -> Iterator[SnowflakeSession]:
    session = SnowflakeSession.open(address_of(url, Path()), patience=1.0)
    yield session
    session.close()


@pytest.fixture
def warehouse(url: str, tmp_path: Path) -> Iterator[SnowflakeWarehouse]:
    with SnowflakeWarehouse(url, tmp_path, tmp_path / "loading", patience=1.0) as opened:
        yield opened


@pytest.fixture
def load(warehouse: SnowflakeWarehouse, judge: Any, tmp_path: Path) -> Load:
    def loaded(content: Any, of: Snapshot | None = None, into: SnowflakeWarehouse = warehouse) -> Loaded:
        return into.load(of or snapshot(), into.stage(land(tmp_path, content), judge, {}))

    return loaded


def held_rows(server: SnowflakeSession) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(server.said(f"SELECT * FROM {name}").rows, key=repr) for name in STAR}  # noqa: S608 - literals


def test_texts_and_amounts_arrive_as_they_are_and_null_is_not_the_empty_text(
    load: Load, server: SnowflakeSession
) -> None:
    users = [{"userId": "1:A", "name": ODD, "hierarchyName": ""}, {"userId": "2:A", "name": "\\N"}]
    users = [{**user, "email": "a@example.com"} for user in users]
    content = document(
        entry("1:A", forecastValue=9999999999999.99, surprise={"a": [ODD, 1.10]}), entry("2:A"), users=users
    )
    assert load(content).inserted == 2
    found = server.said("SELECT name, hierarchy_name FROM users ORDER BY user_id").rows
    assert found == [(ODD, ""), ("\\N", None)]
    extra, amount = server.said("SELECT extra, forecast_amount FROM forecast_entries WHERE user_id = '1:A'").rows[0]
    assert json.loads(extra) == {"surprise": {"a": [ODD, 1.1]}}
    assert str(amount) == "9999999999999.99"


def test_the_same_job_again_changes_nothing(load: Load, server: SnowflakeSession) -> None:
    content = document(entry("1:A"), entry("2:A"))
    assert load(content).inserted == 2
    before = held_rows(server)
    again = load(content)
    assert (again.inserted, again.unchanged) == (0, 2)
    assert held_rows(server) == before
