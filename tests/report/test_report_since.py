"""What changed since the run before, and how items fared in the last ones."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from clari_readiness.model.findings import PastRun, Provenance, Result
from clari_readiness.report import page
from clari_readiness.report.since import Change, earlier, since_last_run
from tests.report.test_report_page import Outline


def past(day: int, **overrides: Any) -> PastRun:
    items = dict.fromkeys(("API-01", "MON-04"), Result.PASS) | overrides.pop("items", {})
    whole = {"whole": True, "fingerprints": {"settings": "a" * 64}, **overrides}
    return PastRun(f"2026-11-{day:02}T06:00:00+00:00", "GO", 0, items=items, **whole)


def test_the_items_that_changed_are_named_with_what_they_were(make: SimpleNamespace) -> None:
    failed = make.result("API-01", Result.FAIL)
    report = make.report(failed, history=(past(20, items={item.item.id: item.result for item in make.report().items}),))
    since = since_last_run(report)
    assert since is not None
    assert since.items == (Change("API-01", Result.PASS, Result.FAIL),)


def test_a_waived_item_is_compared_by_what_it_really_is(make: SimpleNamespace) -> None:
    before = {item.item.id: item.real or item.result for item in make.go().items}
    since = since_last_run(replace(make.go(), history=(past(20, items=before),)))
    assert since is not None
    assert since.items == ()


def test_narrowed_runs_and_subsets_are_not_compared_with(make: SimpleNamespace) -> None:
    history = (past(22, whole=False), past(21, whole=False, subset="contracts"), past(20))
    since = since_last_run(make.report(history=history))
    assert since is not None
    assert since.run == history[2]


def test_a_change_of_what_the_run_rests_on_is_named(make: SimpleNamespace) -> None:
    rests_on = Provenance(fingerprints={"settings": "b" * 64})
    since = since_last_run(make.report(history=(past(20),), provenance=rests_on))
    assert since is not None
    assert since.rests_on == ("settings",)


def test_the_page_tells_the_changes_and_each_items_earlier_runs(make: SimpleNamespace) -> None:
    history = (past(20), past(19, items={"API-01": Result.FAIL}))
    report = make.report(make.result("API-01", Result.FAIL), history=history)
    words = Outline(page(report)).words
    assert "Compared with the run of 2026-11-20 06:00 UTC , which said GO ." in words
    assert "API-01 PASS FAIL" in words
    assert "Earlier runs 2026-11-19 FAIL , 2026-11-20 PASS" in words
    assert [run.at[:10] for run, _ in earlier(report, report.items[0])] == []


def test_the_first_run_says_that_there_is_nothing_to_compare_with(make: SimpleNamespace) -> None:
    assert "There is no earlier run of this environment" in Outline(page(make.report())).words
