"""The page as people meet it: on a screen, a phone and paper, in the light and in the dark, by eye and by ear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from clari_readiness.model.evidence import COMPLETION, LATENCY, SCENARIOS, SWINGS, TOTALS
from clari_readiness.model.findings import Evidence, GateReport, Result
from clari_readiness.report import page as drawn
from clari_readiness.report import write_page
from clari_readiness.report.pictures import pictures
from tests.browser import SCHEMES, WIDTHS, Scheme, pictured, shown

REPOSITORY = Path(__file__).parents[2]
_OPEN = "document.querySelectorAll('details').forEach(details => details.open = true)"


AMOUNTS = ("change", "threshold", "forecast", "closed", "quota")
ODD = [[dict.fromkeys(AMOUNTS, amount)] for amount in ("NaN", "-Infinity", "1e999999", "0", True, [], None)]
"""Amounts that no picture can be drawn of."""


@pytest.fixture
def tab(browser: BrowserContext) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def show(tab: Page, report: GateReport, directory: Path) -> Page:
    write_page(report, directory / "report.html")
    tab.goto((directory / "report.html").as_uri(), wait_until="load")
    return tab


def test_axe_finds_nothing(tab: Page, sample: GateReport, tmp_path: Path) -> None:
    show(tab, sample, tmp_path).evaluate(_OPEN)
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 10, "axe looked at next to nothing"
    tab.emulate_media(color_scheme="dark")
    dark = Axe().run(tab, options={"runOnly": ["color-contrast"]})
    assert dark.violations_count == 0, dark.generate_report()
    assert len(dark.response["passes"]) == 1


def test_axe_would_find_something(tab: Page, make: SimpleNamespace, tmp_path: Path) -> None:
    show(tab, make.go(), tmp_path).evaluate("document.body.append(document.createElement('img'))")
    assert [violation["id"] for violation in Axe().run(tab).response["violations"]].count("image-alt") == 1


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("where", WIDTHS)
def test_nothing_is_cut_off(
    tab: Page, sample: GateReport, tmp_path: Path, where: str, scheme: Scheme, request: pytest.FixtureRequest
) -> None:
    show(tab, sample, tmp_path)
    shown(tab, where, scheme)
    pictured(tab, f"{request.node.callspec.params['sample']}-{where}-{scheme}")
    assert tab.evaluate("document.documentElement.scrollWidth") <= WIDTHS[where]
    decision = tab.locator("#decision")
    box = decision.bounding_box()
    assert box is not None
    assert box["y"] < 300, "the decision is what is seen first"


def test_the_first_blocker_is_seen_without_scrolling(tab: Page, make: SimpleNamespace, tmp_path: Path) -> None:
    tab.set_viewport_size({"width": 1280, "height": 900})
    box = show(tab, make.no_go(), tmp_path).locator(".blockers li").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900


def test_without_javascript_the_page_says_the_same(
    browser: BrowserContext, make: SimpleNamespace, tmp_path: Path
) -> None:
    assert browser.browser is not None
    plain = browser.browser.new_context(java_script_enabled=False)
    page = show(plain.new_page(), make.pictured(), tmp_path)
    page.locator("summary").first.click()
    assert page.locator("#conn-01").is_visible()
    assert page.locator("svg").count() == 5
    plain.close()


def test_each_picture_has_a_name_and_a_table_that_says_the_same(make: SimpleNamespace) -> None:
    found = pictures(make.pictured())
    assert [picture.name for picture in found] == [
        *("totals", "swings", "reconciliation", "latency", "completion", "trial"),
    ]
    for picture in found:
        assert picture.rows
        assert {len(row) for row in picture.rows} == {len(picture.columns)}
        assert not picture.svg or 'role="img" aria-label="' in picture.svg
    assert [str(picture.svg).count('class="rect ') for picture in found] == [5, 1, 2, 4 * 4, 3, 0]
    totals, swings, reconciliation, latency, completion, trial = found
    assert totals.rows[0] == (*("2027_Q4", "1,250,000.50", "500,000.20", "2,000,000.00", "40%", "25%"),)
    assert totals.title == "Forecast against closed and quota by quarter: fc_commit, net_bookings, USD"
    assert totals.rows[1][-3:] == ("", "104%", ""), "nobody has a quota"
    assert swings.title == "Swings of more than 20%"
    assert [row[1] for row in swings.rows] == ["swing", "from zero", "none", "not compared"]
    assert swings.rows[0][2:] == (
        *("total fc_commit forecast USD", "1,000,000.00", "1,250,000.50", "+25.00%", "2026-11-20 03:00 UTC"),
    )
    assert swings.rows[1][5] == "", "no part of zero"
    assert swings.tones == ("not-verified", "not-verified", "pass", "")
    assert reconciliation.rows[0][-3:] == ("70,638,040.47", "70,638,040.40", "-0.07")
    assert latency.rows[0] == ("2027_Q1 of net_bookings", "1.50", "30.00", "2.00", "not measured")
    assert completion.rows == (("net_bookings", "9", "0", "1", "90.0%"),)
    assert trial.tones == ("pass", "fail", "not-verified")


def test_the_numbers_of_an_axis_are_short(make: SimpleNamespace) -> None:
    drawn_totals = str(pictures(make.pictured())[0].svg)
    assert {"1M", "1.2M", "2M"} <= set(re.findall(r">([^<>]+)</text>", drawn_totals))


def test_what_failed_is_drawn_in_the_colour_of_failure(make: SimpleNamespace) -> None:
    completion = next(picture for picture in pictures(make.pictured()) if picture.name == "completion")
    colours = re.findall(r"\.color-(\d)[^{]*\{[^}]*var\(--([a-z0-9-]+)\)", str(completion.svg))
    assert dict(colours) == {"0": "pass", "1": "unknown", "2": "fail"}


def test_the_documentation_names_every_label_that_is_drawn() -> None:
    documented = (REPOSITORY / "docs" / "report.md").read_text()
    assert [label for label in (TOTALS, SWINGS, LATENCY, COMPLETION, SCENARIOS) if f"`{label}`" not in documented] == []


def test_who_has_drawn_a_picture_still_hears_what_cannot_be_imported(make: SimpleNamespace) -> None:
    assert pictures(make.pictured())
    with pytest.raises(ModuleNotFoundError, match="nowhere_to_be_found"):
        import_module("nowhere_to_be_found")


def test_who_has_drawn_a_picture_still_finds_what_is_installed(make: SimpleNamespace) -> None:
    assert pictures(make.pictured())
    assert version("clari-readiness") == version("clari_readiness")


def test_pictures_are_the_same_each_time_and_hold_nothing_that_acts(make: SimpleNamespace) -> None:
    first, second = drawn(make.pictured()), drawn(make.pictured())
    assert first == second
    assert not [word for word in ("<script", "<!--", "xlink:", "onload", 'id="activate', "pygal.org") if word in first]


def test_a_run_without_evidence_for_pictures_has_none(make: SimpleNamespace) -> None:
    assert pictures(make.invalid()) == ()
    assert "Pictures" not in drawn(make.invalid())


@pytest.mark.parametrize("value", [None, 7, "text", [], [7], [{}], {}, [{"queue": "x", "of": None}], {"a": 1}, *ODD])
def test_evidence_of_another_shape_does_not_break_the_page(make: SimpleNamespace, value: object) -> None:
    labels = (LATENCY, SCENARIOS, COMPLETION, TOTALS, SWINGS)
    pieces = tuple(Evidence("value", label, value) for label in labels)
    odd = Evidence("value", "x", {"expected_rows": value, "amounts": value})
    assert "MON-01" in drawn(make.report(make.result("MON-01", Result.PASS, evidence=(*pieces, odd))))


@pytest.fixture(scope="session")
def many(make: SimpleNamespace) -> GateReport:
    """A run with two thousand results of a trial."""
    scenarios = [
        {"done": f"scenario {n}: every third request was answered 503 " * 2, "verdict": "kept"} for n in range(2000)
    ]
    return make.report(make.result("RES-02", Result.PASS, evidence=(Evidence("value", SCENARIOS, scenarios),)))


def test_a_page_with_two_thousand_results_of_a_trial_stays_below_5_mb(many: GateReport) -> None:
    page = drawn(many)
    assert "scenario 1999" in page
    assert len(page.encode()) < 5 * 1024 * 1024


def test_axe_finds_nothing_on_a_page_with_two_thousand_results_of_a_trial(
    tab: Page, many: GateReport, tmp_path: Path
) -> None:
    show(tab, many, tmp_path).evaluate(_OPEN)
    found = Axe().run(tab)
    assert found.violations_count == 0, found.generate_report()
    assert tab.get_by_text("scenario 1999").count() == 2, "on the item and in the picture"


def test_a_full_page_stays_below_2_mb(make: SimpleNamespace) -> None:
    rows = [{"user_id": f"user {n}", "amount": "1,234,567.89"} for n in range(20)]
    evidence = tuple(Evidence("query", f"query {n}", {"sql": "SELECT 1 " * 200, "rows": rows}) for n in range(6))
    whole = [make.result(item.item.id, Result.FAIL, evidence=evidence) for item in make.go().items]
    assert len(drawn(make.report(*whole)).encode()) < 2 * 1024 * 1024
