from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import BrowserContext, Page

from clari_readiness.model.findings import Evidence, GateReport, Result
from clari_readiness.report import write_page
from tests.browser import SCHEMES
from tests.hostile import payload

Open = Callable[..., Page]

CHANNELS = [
    *("environment", "exporter", "subset", "started_at", "version.name", "version", "words", "reason"),
    *("observed", "expected", "why", "fix", "check", "cause", "observed.same", "title", "id"),
    *(
        "warning",
        "report.warning",
        "good_until",
        "risk",
        "guide",
        "fingerprint",
        "limit.name",
        "file.name",
        "file.sha256",
    ),
    *("recording.name", "recording.origin", "recording.made", "run.at", "run.decision", "run.item"),
    *("job.name", "forecast.id", "verdict", "completion.of", "scenario", "scenario.verdict", "amount"),
    *("total.time_period", "total.field_id", "swing.forecast_id", "swing.whose", "swing.kind", "swing.baseline"),
    *("label", "value", "column", "cell", "key", "field", "outer", "inner", "deep"),
    *(f"concession.{name}" for name in ("item", "text", "by", "expires", "problem", "surface")),
]

CONTRASTS = """() => {
  const channels = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
  const luminance = colour => {
    const [r, g, b] = channels(colour).slice(0, 3).map(c => c / 255)
      .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("body *")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => {
      const [dark, light] = [luminance(getComputedStyle(e).color), luminance(behind(e))].sort((a, b) => a - b);
      return [(light + 0.05) / (dark + 0.05), e.outerHTML.slice(0, 80)];
    }).sort((a, b) => a[0] - b[0])[0];
}"""


@pytest.fixture
def open_page(browser: BrowserContext, tmp_path: Path) -> Iterator[Open]:
    """Opens a report as a file, and remembers in `page.asked` what the page asked for."""
    opened: list[Page] = []

    def show(report: GateReport, *, width: int = 1280) -> Page:
        write_page(report, tmp_path / "report.html")
        page = browser.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri(), wait_until="load")
        vars(page)["asked"] = asked
        return page

    yield show
    for page in opened:
        page.close()


def asked_for(page: Page) -> list[str]:
    asked: list[str] = vars(page)["asked"]
    return [url for url in asked if not url.startswith("data:")]


def test_markup_in_any_text_of_the_report_executes_nothing(open_page: Open, hostile_report: GateReport) -> None:
    page = open_page(hostile_report)
    assert page.locator("img, script, [onerror], a:not([href^='#'])").count() == 0
    assert not page.title().startswith("hit by")
    assert asked_for(page) == [page.url]


@pytest.mark.parametrize("channel", CHANNELS)
def test_markup_in_any_text_of_the_report_appears_as_text(
    hostile_text: str, channel: str, hostile_report: GateReport
) -> None:
    assert hostile_report
    text = payload(channel)
    assert text in hostile_text or text.replace('"', '\\"') in hostile_text


@pytest.fixture(scope="module")
def hostile_text(browser: BrowserContext, hostile_report: GateReport, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    write_page(hostile_report, path)
    page = browser.new_page()
    page.goto(path.as_uri())
    text: str = page.evaluate(
        "document.body.textContent + [...document.querySelectorAll('time')].map(time => time.dateTime).join(' ')"
    )
    page.close()
    return text


def test_the_page_asks_for_nothing(open_page: Open, sample: GateReport) -> None:
    page = open_page(sample)
    assert asked_for(page) == [page.url]


def test_the_page_never_scrolls_sideways(open_page: Open, make: SimpleNamespace, hostile_report: GateReport) -> None:
    long = "averylongname" * 20
    rows = [{f"column {number}": long[:30] for number in range(8)}]
    evidence = (Evidence("query", long, rows), Evidence("value", long, [long]), Evidence("request", "x", {long: long}))
    failed = make.result("API-01", Result.FAIL, observed=long, expected=long, fix=long, check=long, evidence=evidence)
    waiver = make.waiver("MON-04", text=long, problem=long)
    for report in (make.report(failed, concessions=(waiver,), environment=long, exporter=long), hostile_report):
        page = open_page(report)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        for width in (320, 390, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_text_stands_out_from_what_is_behind_it(open_page: Open, sample: GateReport) -> None:
    page = open_page(sample)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    grounds = set()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        contrast, where = page.evaluate(CONTRASTS)
        assert contrast >= 4.5, (scheme, where)
    assert len(grounds) == len(SCHEMES)


def test_a_link_to_an_item_opens_its_findings(open_page: Open, make: SimpleNamespace) -> None:
    page = open_page(make.no_go())
    assert not page.locator("#api-03").is_visible()
    page.locator(".blockers a").first.click()
    assert page.locator("#api-03").is_visible()


def test_paper_shows_what_a_screen_folds_away(open_page: Open, make: SimpleNamespace) -> None:
    page = open_page(make.go())
    assert not page.locator("#conn-01").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#conn-01").is_visible()
    assert not page.locator(".skip").is_visible()


def test_the_keyboard_reaches_the_result_first(open_page: Open, make: SimpleNamespace) -> None:
    page = open_page(make.go())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the result"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0


def test_on_a_phone_the_checklist_is_still_a_table_to_a_screen_reader(open_page: Open, make: SimpleNamespace) -> None:
    page = open_page(make.go(), width=390)
    row = page.get_by_role("table", name="CONN: 3 of 3 passed").get_by_role("row").nth(1)
    assert row.get_by_role("rowheader").inner_text() == "CONN-01"
    assert row.get_by_role("cell").nth(0).inner_text() == "What CONN-01 promises"
