"""The page of a whole run, and of one with two thousand results of a trial, opened in Chromium."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.tasks.gate import ran
from clari_readiness.model.evidence import SCENARIOS
from clari_readiness.model.findings import Evidence, GateReport
from clari_readiness.report import from_document, page, read

RESULTS = 2000
_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def drawn(directory: str) -> dict[str, Any]:
    """Run the recorded gate on a copy of the project, draw both pages, and return where they lie."""
    place = Path(directory)
    place.mkdir(parents=True)
    with ran(place / "copy", ()) as gate:
        report = from_document(read(gate.root / ".readiness" / "recorded" / "report.json"))
    pages = {"whole": report, "trial": _with_results(report)}
    for name, each in pages.items():
        (place / f"{name}.html").write_text(page(each), encoding="utf-8")
    return {"bytes": {name: (place / f"{name}.html").stat().st_size for name in pages}}


def opened(directory: str) -> Mapping[str, Any]:
    """Open both pages in a Chromium that runs already, until they are painted; seconds of each."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        seconds = {name: _opened(browser, Path(directory) / f"{name}.html") for name in ("whole", "trial")}
        browser.close()
    return seconds


def _opened(browser: Browser, path: Path) -> float:
    tab = browser.new_page()
    began = time.perf_counter()
    tab.goto(path.as_uri(), wait_until="load")
    tab.evaluate(_PAINTED)
    seconds = time.perf_counter() - began
    tab.close()
    return seconds


def _with_results(report: GateReport) -> GateReport:
    """Return the report with as many results of a trial as there could be, on one item."""
    done = "its {}th request was answered 503, and every third one after it as well"
    rows = [{"done": done.format(number), "verdict": "kept"} for number in range(RESULTS)]
    first, *others = report.items
    finding = replace(first.findings[0], evidence=(*first.findings[0].evidence, Evidence("value", SCENARIOS, rows)))
    return replace(report, items=(replace(first, findings=(finding, *first.findings[1:])), *others))
