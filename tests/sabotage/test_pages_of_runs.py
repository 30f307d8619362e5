"""The pages of real runs, one for each decision, as people meet them: in a browser, wide and narrow, light and dark."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from clari_readiness.model.evidence import TOTALS
from tests.browser import SCHEMES, SCREENSHOTS, WIDTHS, chromium, pictured, shown
from tests.sabotage.integration import KEYS, REPOSITORY, Integration, fingerprint_of
from tests.sabotage.live import KEY, OWN, Live, live

CHECKS = str(REPOSITORY / "checks")
OPEN = "document.querySelectorAll('details').forEach(details => details.open = true)"


def nothing(_ready: Live, _integration: Integration) -> None:
    """Leave it as it is."""


def ten_things(ready: Live, integration: Integration) -> None:
    """Break ten items, each in a way of its own, as in an integration that nobody has ever looked at."""
    directory = integration.directory
    integration.reword(ready.address, ready.simulator.base_url())  # API-01
    (directory / "runbook.md").write_text("# How we change Clari's key\n\nTo be written.\n")  # AUTH-03
    integration.reword(fingerprint_of(KEY), fingerprint_of("the-token-before-the-rotation"))  # AUTH-04
    integration.reword("user_id = 4711", "user_id = 4712")  # AUTH-05
    (directory / "alerts.yaml").write_text("groups: []\n")  # MON-02
    (directory / "dashboard.json").write_text('{"title": "Pipeline", "panels": []}')  # MON-04
    with duckdb.connect(str(directory / "prod.duckdb")) as connection:  # MON-05
        connection.execute("UPDATE forecast_entries SET forecast_amount = forecast_amount + 0.01")
    more = 'job_timeout = "30s"\nanomaly_threshold = 0.5\nquota_reserve = 0.999'  # API-07, MON-03, CLA-06
    integration.reword(OWN, f"{OWN}\n{more}")


def nothing_was_done_yet(_ready: Live, integration: Integration) -> None:
    """Forget the trial, the fire drill and every night: nothing is wrong, and nobody has looked."""
    left_behind = integration.directory / ".readiness" / "prod"
    (left_behind / "state.duckdb").unlink()
    shutil.rmtree(left_behind / "trial")


def a_waiver_has_expired(_ready: Live, integration: Integration) -> None:
    (integration.directory / "dashboard.json").write_text('{"title": "Pipeline", "panels": []}')
    with integration.settings.open("a") as settings:
        settings.write(
            '[[waivers]]\nitem = "MON-04"\nenv = "prod"\nreason = "the dashboard follows"\n'
            'approved_by = "head of revops"\napproved_on = 2026-06-01\nexpires = 2026-06-30\n'
        )


RUNS: Mapping[str, tuple[Callable[[Live, Integration], None], int]] = {
    "GO": (nothing, 0),
    "NO-GO": (ten_things, 1),
    "INCOMPLETE": (nothing_was_done_yet, 10),
    "INVALID": (a_waiver_has_expired, 11),
}


@pytest.fixture(scope="module")
def runs(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """What each run has left behind, by the words of its decision: report.html, report.json, and every test.html."""
    place = tmp_path_factory.mktemp("pages")
    with live(template, place / "integration") as ready:
        healthy = _judged(ready, ready.copy(place / "GO"), "GO")
        for words in [words for words in RUNS if words != "GO"]:  # each after a GO, to be compared with
            _judged(ready, replace(ready, integration=healthy).copy(place / words), words)
    return {words: place / words for words in RUNS}


def _judged(ready: Live, integration: Integration, words: str) -> Integration:
    wreck, exit_code = RUNS[words]
    wreck(ready, integration)
    judged = integration.judge(CHECKS, f"--html={integration.directory / 'tests.html'}", "--self-contained-html")
    assert judged.exit_code == exit_code, judged.printed
    return integration


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    with chromium() as context:
        yield context


@pytest.fixture(params=RUNS)
def words(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(browser: BrowserContext, runs: Mapping[str, Path], words: str) -> Iterator[Page]:
    opened = browser.new_page()
    opened.goto((runs[words] / ".readiness" / "prod" / "report.html").as_uri())
    yield opened
    opened.close()


def test_the_page_of_a_real_run_says_its_decision_first(page: Page, words: str) -> None:
    assert page.inner_text("#decision").endswith(words)
    box = page.locator("#decision").bounding_box()
    assert box is not None
    assert box["y"] < 300


def test_axe_finds_nothing_on_the_page_of_a_real_run(page: Page) -> None:
    page.evaluate(OPEN)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert len(found.response["passes"]) > 10, "axe looked at next to nothing"


def test_nothing_of_the_page_of_a_real_run_is_cut_off(page: Page, words: str) -> None:
    for where, scheme in product(WIDTHS, SCHEMES):
        shown(page, where, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[where], (where, scheme)
        if SCREENSHOTS:  # those of the samples are always made
            pictured(page, f"run-{words}-{where}-{scheme}")


def test_the_page_of_a_real_run_is_small(runs: Mapping[str, Path], words: str) -> None:
    assert (runs[words] / ".readiness" / "prod" / "report.html").stat().st_size < 2 * 1024 * 1024


def test_a_no_go_has_ten_blockers(runs: Mapping[str, Path], browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto((runs["NO-GO"] / ".readiness" / "prod" / "report.html").as_uri())
    assert page.locator(".blockers > li").count() == 10
    page.close()


def test_a_go_shows_every_picture(runs: Mapping[str, Path], browser: BrowserContext) -> None:
    page = browser.new_page()
    page.goto((runs["GO"] / ".readiness" / "prod" / "report.html").as_uri())
    pictures = page.locator("section[aria-labelledby^=picture-]").evaluate_all(
        "sections => sections.map(section => section.getAttribute('aria-labelledby'))"
    )
    assert pictures == [
        f"picture-{name}" for name in ("totals", "swings", "reconciliation", "latency", "completion", "trial")
    ]
    page.close()


def test_the_totals_of_a_run_are_those_of_the_warehouse(runs: Mapping[str, Path]) -> None:
    report = json.loads((runs["GO"] / ".readiness" / "prod" / "report.json").read_text())
    [totals] = [
        piece["value"]
        for item in report["items"]
        for finding in item["findings"]
        for piece in finding["evidence"]
        if piece["label"] == TOTALS
    ]
    told = {(row["time_period"], row["field_id"], row["forecast"], row["closed"]) for row in totals}
    with duckdb.connect(str(runs["GO"] / "prod.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "SELECT time_period, field_id, CAST(sum(forecast_amount) AS VARCHAR), CAST(sum(actual_closed) AS VARCHAR) "
            "FROM v_forecast_accuracy ANTI JOIN managers USING (user_id) GROUP BY ALL"
        ).fetchall()
        [quota] = connection.execute(
            "SELECT DISTINCT CAST(sum(quota_amount) AS VARCHAR) FROM v_rep_performance WHERE time_period = ? "
            "GROUP BY field_id",
            [totals[0]["time_period"]],
        ).fetchall()
    assert told == set(found)
    assert len(told) == 5 * 2, "five quarters, and two fields that people enter calls into"
    assert {row["quota"] for row in totals if row["time_period"] == totals[0]["time_period"]} == set(quota)


def test_the_page_of_every_test_says_what_the_report_says(
    runs: Mapping[str, Path], browser: BrowserContext, words: str
) -> None:
    report = json.loads((runs[words] / ".readiness" / "prod" / "report.json").read_text())
    page = browser.new_page()
    page.goto((runs[words] / "tests.html").as_uri())
    assert page.title() == f"{words}: Clari readiness of prod"
    assert page.locator("#decision").text_content() == f"Decision: {words}"
    for reason in report["decision"]["reasons"]:
        assert reason in page.locator(".decision").inner_text()
    told = {cell for cell in page.locator(".col-item").all_inner_texts() if cell}
    expected = {
        f"{item['id']} {finding['result']}"
        for item in report["items"]
        for finding in item["findings"]
        if finding["check"]
    }
    assert told == expected
    pictured(page, f"tests-{words}")
    page.close()


def test_no_key_is_on_any_page(runs: Mapping[str, Path]) -> None:
    for left in runs.values():
        for name in (".readiness/prod/report.html", "tests.html"):
            text = (left / name).read_text()
            assert not [key for key in KEYS.values() if key in text]
