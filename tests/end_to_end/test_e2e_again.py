"""Exporting a second time, and the same job a second time."""

from __future__ import annotations

import duckdb
import pytest

from tests.end_to_end.conftest import Story
from tests.end_to_end.holdings import contents, exact, ledger, loaded, reopen_ledger
from tests.end_to_end.place import Place


@pytest.fixture(scope="module")
def twice(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where the current quarter was exported a second time."""
    place = story.place.copy(tmp_path_factory.mktemp("again") / "twice")
    place.remember_quarters(0)
    with place.simulator():
        again = place.export("--anew")
    assert (again.code, again.lines[-1]) == (0, "1 of 1 exports loaded"), again
    return place


def test_the_same_job_again_asks_for_nothing_and_changes_nothing(after: Place) -> None:
    after.remember_quarters(0)
    before, posted = contents(after.warehouse), after.posts()
    reopen_ledger(after)
    with after.simulator():
        again = after.export()
    assert again.code == 0, again
    assert "net_bookings 2027_Q4: loaded, 0 new entries" in again.out
    assert contents(after.warehouse) == before
    assert after.posts() == posted


def test_a_second_export_adds_a_snapshot_and_leaves_the_first_as_it_was(twice: Place, story: Story) -> None:
    first, now = loaded(story.place.warehouse), loaded(twice.warehouse)
    assert {job_id: now[job_id] for job_id in first} == first
    assert len(now) == len(first) + 1
    assert exact(twice, twice.simulator()) == set(now)


def test_each_job_of_the_ledger_was_asked_for_once(twice: Place) -> None:
    jobs = [entry.job_id for entry in ledger(twice)]
    assert len(jobs) == len(set(jobs)) == len(twice.posts())


def test_only_the_second_snapshot_is_current(twice: Place) -> None:
    newest = max(ledger(twice), key=lambda entry: entry.requested_at).job_id
    with duckdb.connect(twice.warehouse, read_only=True) as connection:
        current = connection.execute(
            "SELECT job_id, count(*) FROM current_entries WHERE time_period_id = '2027_Q4' GROUP BY job_id"
        ).fetchall()
    assert current == [(newest, len(loaded(twice.warehouse)[str(newest)]))]
