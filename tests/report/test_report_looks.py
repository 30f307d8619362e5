"""The page as people meet it: on a screen, a phone and paper, in the light and in the dark, by eye and by ear."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from clari_readiness.model.evidence import LATENCY, SCENARIOS
from clari_readiness.model.findings import Evidence, GateReport, Result
from clari_readiness.report import page as drawn
from clari_readiness.report import write_page
from clari_readiness.report.pictures import pictures

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = {"phone": 390, "desk": 1280, "paper": 794}  # pixels; the last is A4
SCREENSHOTS = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else None
"""A directory in which the pictures of the page stay, to be looked at."""

_OPEN = "document.querySelectorAll('details').forEach(details => details.open = true)"


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
    tab.emulate_media(color_scheme=scheme, media="print" if where == "paper" else "screen")
    tab.set_viewport_size({"width": WIDTHS[where], "height": 900})
    show(tab, sample, tmp_path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= WIDTHS[where]
    decision = tab.locator("#decision")
    box = decision.bounding_box()
    assert box is not None
    assert box["y"] < 300, "the decision is what is seen first"
    shot = tab.screenshot(full_page=True)
    assert shot.startswith(b"\x89PNG")
    if SCREENSHOTS:
        name = request.node.callspec.id.replace("[", "-")
        (SCREENSHOTS / f"{name}.png").write_bytes(shot)


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
    assert page.locator("svg").count() == 3
    plain.close()


def test_each_picture_has_a_name_and_a_table_that_says_the_same(make: SimpleNamespace) -> None:
    found = pictures(make.pictured())
    assert [picture.name for picture in found] == ["latency", "completion", "reconciliation", "trial"]
    for picture in found:
        assert picture.rows
        assert {len(row) for row in picture.rows} == {len(picture.columns)}
        assert not picture.svg or 'role="img" aria-label="' in picture.svg
    assert [str(picture.svg).count('class="rect ') for picture in found] == [4 * 4, 3, 2, 0]
    assert found[0].rows[0] == ("2027_Q1 of net_bookings", "1.5", "30.0", "2.0", "not measured")
    assert found[1].rows == (("net_bookings", "9", "0", "1", "90.0%"),)
    assert found[2].rows[0][-3:] == ("70,638,040.47", "70,638,040.40", "-0.07")
    assert found[3].tones == ("pass", "fail", "not-verified")


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


@pytest.mark.parametrize("value", [None, 7, "text", [], [7], [{}], {}, [{"queue": "x", "of": None}], {"a": 1}])
def test_evidence_of_another_shape_does_not_break_the_page(make: SimpleNamespace, value: object) -> None:
    pieces = tuple(Evidence("value", label, value) for label in (LATENCY, SCENARIOS, "jobs of 30 days by outcome"))
    odd = Evidence("value", "x", {"expected_rows": value, "amounts": value})
    assert "MON-01" in drawn(make.report(make.result("MON-01", Result.PASS, evidence=(*pieces, odd))))


def test_a_page_with_two_thousand_results_of_a_trial_stays_below_5_mb(make: SimpleNamespace) -> None:
    scenarios = [
        {"done": f"scenario {n}: every third request was answered 503 " * 2, "verdict": "kept"} for n in range(2000)
    ]
    report = make.report(make.result("RES-02", Result.PASS, evidence=(Evidence("value", SCENARIOS, scenarios),)))
    page = drawn(report)
    assert "scenario 1999" in page
    assert len(page.encode()) < 5 * 1024 * 1024


def test_a_full_page_stays_below_2_mb(make: SimpleNamespace) -> None:
    rows = [{"user_id": f"user {n}", "amount": "1,234,567.89"} for n in range(20)]
    evidence = tuple(Evidence("query", f"query {n}", {"sql": "SELECT 1 " * 200, "rows": rows}) for n in range(6))
    whole = [make.result(item.item.id, Result.FAIL, evidence=evidence) for item in make.go().items]
    assert len(drawn(make.report(*whole)).encode()) < 2 * 1024 * 1024
