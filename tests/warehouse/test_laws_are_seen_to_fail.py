"""Each group of laws finds a warehouse that is wrong in the way the group is about: a law that cannot fail is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Quarter
from tests.laws import as_found
from tests.warehouse import test_laws_of_amounts as of_amounts
from tests.warehouse import test_laws_of_changes as of_changes
from tests.warehouse import test_laws_of_loading as of_loading
from tests.warehouse import test_laws_of_retention as of_retention
from tests.warehouse.shelf import Shelf


class Wrong:
    """A connection of a warehouse whose SQL says something else, or is given something else."""

    def __init__(self, connection: Any, sql: Callable[[str], str] = str, params: Callable[[Any], Any] = dict) -> None:
        self._connection, self._sql, self._params = connection, sql, params

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, params: Any = None) -> Any:
        return self._connection.execute(self._sql(sql), params and self._params(params))


@pytest.fixture
def wrong(judge: Any, tmp_path: Path) -> Callable[..., Shelf]:
    """A shelf whose SQL has something replaced, or whose parameters are changed."""

    def made(old: str = "", new: str = "", params: Callable[[Any], Any] = dict) -> Shelf:
        shelf = Shelf(tmp_path, judge)
        shelf.connection = Wrong(shelf.connection, lambda sql: sql.replace(old, new) if old else sql, params)
        return shelf

    return made


class ByFloat(Shelf):
    """What reads documents as most programs do, and writes the amounts again as it has read them."""

    def stage(self, content: Any) -> Any:
        return super().stage(json.dumps(json.loads(content)))


def test_amounts_that_were_floats_are_found(judge: Any, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        as_found(of_amounts.test_law_any_amount_is_its_text_rounded_half_up)(ByFloat(tmp_path, judge))


def test_an_amount_that_is_made_null_where_it_does_not_fit_is_found(judge: Any, tmp_path: Path) -> None:
    class Forgiving(Shelf):
        def stage(self, content: Any) -> Any:
            document = json.loads(content)
            for entry in document["entries"]:
                entry["forecastValue"] = entry["forecastValue"] if abs(entry["forecastValue"]) < 10**13 - 1 else None
            return super().stage(json.dumps(document))

    law = of_amounts.test_law_an_amount_that_does_not_fit_is_refused_at_its_place_and_nothing_is_loaded
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        as_found(law)(Forgiving(tmp_path, judge))


@pytest.mark.parametrize("part", ["AND e.time_period_id = s.time_period_id", "AND e.user_id = s.user_id"])
def test_a_key_that_lacks_a_part_is_found(wrong: Callable[..., Shelf], part: str) -> None:
    law = of_loading.test_law_two_roles_of_one_person_and_one_week_in_two_quarters_never_collide
    with pytest.raises((AssertionError, WarehouseError)):
        as_found(law)(wrong(part))


def test_a_job_that_is_added_again_is_found(wrong: Callable[..., Shelf]) -> None:
    law = of_loading.test_law_a_job_loaded_any_number_of_times_equals_once
    with pytest.raises(AssertionError):
        as_found(law)(wrong("e.exported_at = $exported_at\n", "e.exported_at <> $exported_at\n"))


def test_rows_of_the_job_that_came_last_are_found(wrong: Callable[..., Shelf]) -> None:
    law = of_loading.test_law_any_order_of_jobs_gives_the_same_tables
    with pytest.raises(AssertionError):
        as_found(law)(wrong("WHEN MATCHED AND e.job_id < $job_id", "WHEN MATCHED AND e.job_id <> $job_id"))


def test_what_vanished_and_was_forgotten_is_found(wrong: Callable[..., Shelf]) -> None:
    law = of_changes.test_law_changes_applied_to_the_older_snapshot_give_the_newer
    with pytest.raises(AssertionError):
        as_found(law)(wrong("FULL JOIN older", "LEFT JOIN older"))


def test_a_threshold_that_is_reached_and_counts_as_passed_is_found(wrong: Callable[..., Shelf]) -> None:
    with pytest.raises(AssertionError):
        as_found(of_changes.test_law_a_higher_threshold_never_finds_more)(
            wrong("        > CAST(abs(previous_amount)", "        >= CAST(abs(previous_amount)")
        )


@pytest.mark.parametrize("by", [1, -1])
def test_a_window_that_is_off_by_one_quarter_is_found(wrong: Callable[..., Shelf], by: int) -> None:
    def moved(params: dict[str, Any]) -> dict[str, Any]:
        first = params.get("first_kept")
        return {**params, "first_kept": str(Quarter.parse(first).minus(by))} if first else params

    law = of_retention.test_law_nothing_inside_the_window_goes_nothing_outside_stays_and_twice_is_once
    with pytest.raises(AssertionError):
        as_found(law)(wrong(params=moved))
