"""pytest-html's page of a run: the gate's decision is on top, and nothing that comes from outside is markup in it."""

from __future__ import annotations

import base64
import signal
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from clari_readiness.secrets import fixture_key
from tests.end_to_end.place import BIN, ONLY_OURS, REPOSITORY, Place, Ran, started, until
from tests.hostile import payload

SHOT = base64.b64encode(b"no picture, and no markup either").decode()

CHECKS = """
import logging
import os
from pathlib import Path
import pytest
from clari_readiness.gate import item
from tests.hostile import payload

@item("OWN-01", payload("title"), priority="P1")
@pytest.mark.parametrize("given", [1], ids=[payload("test.id")])
def test_that_fails(given, evidence, metadata, extras, clari, environment, quarters):
    owner = clari.forecast(environment.forecasts[0], quarters[0])["users"][0]
    Path(os.environ["WHO"]).write_text(f"{owner['name']}\\n{owner['email']}")
    metadata[payload("metadata.key")] = payload("metadata.value")
    metadata["nested"] = {payload("nested.key"): payload("nested.value")}
    import pytest_html.extras as attach
    extras += [
        attach.html(payload("extra.html")),
        attach.url("javascript:document.title='hit by extra.url'", name="a link"),
        attach.url("https://example.com/?" + payload("extra.address"), name=payload("extra.link")),
        attach.text(payload("extra.text"), name=payload("extra.text.name")),
        attach.json({"x": payload("extra.json")}, name=payload("extra.json.name")),
        attach.image("https://attacker.example/x.png", name="foreign"),
        attach.png("PICTURE", name=payload("picture.name")),
        attach.extra(payload("extra.kind"), "x", payload("extra.kind.name"), "text/html", "html"),
    ]
    print(payload("stdout"), "KEY", owner["name"], owner["email"])
    logging.getLogger("x").warning(payload("log"))
    assert evidence is None, evidence.fails(
        payload("observed") + owner["name"], expected=payload("expected"), fix=payload("fix"))

@item("OWN-02", "Raises", priority="P2")
def test_that_breaks():
    raise ValueError(payload("exception") + "KEY")

@item("OWN-03", "Passes", priority="P2")
def test_that_passes(evidence):
    evidence.saw(payload("label"), 1)
    evidence.concludes(payload("concluded"))
"""

HOOKS = """
from tests.hostile import payload

def pytest_html_report_title(report):
    report.title = payload("hook.title")

def pytest_html_results_summary(prefix, summary, postfix):
    prefix.append(payload("hook.prefix"))
    summary.append(payload("hook.summary"))
    postfix.append(payload("hook.postfix"))

def pytest_html_results_table_header(cells):
    cells.append("<th>Mine" + payload("hook.header") + "</th>")

def pytest_html_results_table_row(report, cells):
    cells.append("<td>" + payload("hook.cell") + "</td>")

def pytest_html_results_table_html(report, data):
    data.append(payload("hook.data"))
"""

FILE_NAME = """test_"><img src=x onerror=document.title=`hit by file`>.py"""

CHANNELS = (
    *("test.id", "metadata.key", "metadata.value", "nested.key", "nested.value", "extra.html", "extra.link", "stdout"),
    *("extra.text.name", "extra.json.name", "extra.kind", "log", "observed", "expected", "fix", "exception"),
    *("concluded", "option.key", "option.value", "variable"),
)
"""What must be there as text, and nothing else."""


@dataclass(frozen=True)
class Drawn:
    """A run with `--html`: how it ended, its report.json, and where the page lies."""

    ran: Ran
    report: dict[str, Any]
    path: Path

    @property
    def html(self) -> str:
        return self.path.read_text(encoding="utf-8")


def drawn(place: Place, *arguments: str, name: str = "x.html") -> Drawn:
    path = place.directory / "page" / name
    ran = place.gate(f"--html={path}", "--self-contained-html", *arguments)
    return Drawn(ran, place.report("recorded"), path)


@pytest.fixture(scope="module", params=[(), ("-n", "2")], ids=["alone", "two workers"])
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A run of checks in which every text that reaches pytest-html tries to become markup."""
    place = Place.fresh(tmp_path_factory.mktemp("hostile") / "place")
    own, path = place.directory / "own", place.directory / "page" / "x.html"
    own.mkdir()
    (own / FILE_NAME).write_text(CHECKS.replace("KEY", fixture_key("recorded")).replace("PICTURE", SHOT))
    (place.directory / "foreign_hooks.py").write_text(HOOKS)
    variables = {
        "TRAVIS_COMMIT_MESSAGE": payload("variable"),
        "PYTHONPATH": f"{place.directory}:{REPOSITORY}",
        "WHO": str(place.directory / "who"),
    }
    options = ("-p", "foreign_hooks", "--metadata", payload("option.key"), payload("option.value"), *request.param)
    page = (f"--html={path}", "--self-contained-html", f"--checks={own}", f"--config={place.settings}")
    gate = [str(BIN / "pytest"), "checks/test_conn.py", *ONLY_OURS, *page, *options]
    ran = started(["env", *(f"{name}={value}" for name, value in variables.items()), *gate], REPOSITORY).end()
    assert path.exists(), ran.said
    return Drawn(ran, place.report("recorded"), path)


@pytest.fixture(scope="module")
def page(browser: BrowserContext, hostile: Drawn) -> Iterator[Page]:
    opened = browser.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(hostile.path.as_uri(), wait_until="load")
    opened.click("#show_all_details")
    vars(opened)["asked"] = asked
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shown(page: Page) -> str:
    """What can be read on the page."""
    return str(page.locator("body").inner_text())


def test_markup_in_anything_that_pytest_html_is_told_executes_nothing(page: Page, hostile: Drawn) -> None:
    assert page.title() == "REHEARSAL FAILED: Clari readiness of recorded", hostile.ran.said
    assert page.locator("[onerror]").count() == 0
    assert [url for url in vars(page)["asked"] if not url.startswith("data:")] == [page.url.partition("?")[0]]
    links = page.locator("#results-table a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [link.partition(":")[0] for link in links] == ["https", "data", "data"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_markup_in_anything_that_pytest_html_is_told_appears_as_text(shown: str, channel: str) -> None:
    assert payload(channel) in shown


def test_what_other_hooks_add_is_shown_without_its_markup(page: Page, shown: str) -> None:
    for channel in ("prefix", "summary", "postfix", "header", "cell", "data"):
        assert f"hook.{channel}\"'>" in shown
    assert "hook.title" not in page.content()
    assert page.locator("#results-table th").all_inner_texts()[:3] == ["Result", "Item", "Test"]


def test_the_page_of_every_test_has_no_key_and_no_more_of_people_than_is_allowed(hostile: Drawn) -> None:
    name, email = (hostile.path.parents[1] / "who").read_text().splitlines()
    for secret in (fixture_key("recorded"), name, email):
        assert secret not in hostile.html
    assert "[redacted]" in hostile.html
    assert "".join(f"{word[0]}. " for word in name.split()).strip() in hostile.html


def decision_on(browser: BrowserContext, path: Path) -> str:
    """Return what stands on top of a page, ours or that of every test."""
    page = browser.new_page()
    page.goto(path.as_uri())
    said = [page.locator(part).text_content() or "" for part in (".decision", ".facts")]
    page.close()
    return " ".join(" ".join(said).split())


def test_the_page_of_every_test_has_the_decision_of_the_report_on_top(browser: BrowserContext, tmp_path: Path) -> None:
    run = drawn(Place.fresh(tmp_path / "place"), "-m", "contracts")
    assert run.ran.code == 0, run.ran.said
    assert f"Every test: {run.path}" in run.ran.lines
    said = decision_on(browser, run.path)
    assert said == decision_on(browser, run.path.parents[1] / ".readiness" / "recorded" / "report.html")
    assert "SUBSET PASSED" in said
    assert "CLA-01 PASS" in run.html


def test_a_run_that_is_killed_leaves_a_page_of_every_test_that_says_incomplete(tmp_path: Path) -> None:
    place = Place.fresh(tmp_path / "place")
    path = place.directory / "x.html"
    path.write_text("REHEARSAL PASSED, says the run before")
    gate = place.start_gate("-k", "trial", f"--html={path}", "--self-contained-html")
    until(lambda: "REHEARSAL INCOMPLETE" in path.read_text(), gate)
    gate.signalled(signal.SIGKILL)
    assert "REHEARSAL INCOMPLETE" in path.read_text()
    assert "PASSED" not in path.read_text()


def test_a_run_that_is_interrupted_says_incomplete_on_the_page_of_every_test(
    browser: BrowserContext, tmp_path: Path
) -> None:
    place = Place.fresh(tmp_path / "place")
    path = place.directory / "x.html"
    gate = place.start_gate("-k", "trial", f"--html={path}", "--self-contained-html")
    until((place.directory / ".readiness" / "recorded" / "trial").exists, gate)  # a check is at work
    assert "the run has not ended" in path.read_text()
    assert gate.signalled(signal.SIGINT).code == 2
    said = decision_on(browser, path)
    assert said.startswith("Decision: REHEARSAL INCOMPLETE")
    assert "the run was stopped before its end" in said


def test_a_dry_run_draws_no_page_of_every_test(tmp_path: Path) -> None:
    place = Place.fresh(tmp_path / "place")
    place.gate("--dry-run", f"--html={place.directory / 'x.html'}", "--self-contained-html")
    assert not (place.directory / "x.html").exists()


@pytest.mark.parametrize("where", ["/proc/nowhere/x.html", "/proc/x.html", "."])
def test_a_page_of_every_test_that_cannot_be_written_is_one_clear_line(tmp_path: Path, where: str) -> None:
    place = Place.fresh(tmp_path / "place")
    for more in ([], ["--self-contained-html"]):
        ran = place.gate("-m", "contracts", f"--html={where}", *more)
        assert ran.code == 4, ran.said
        assert [line for line in ran.err.splitlines() if f"--html={where}: " in line] == ran.err.strip().splitlines()
        assert "Traceback" not in ran.said
    assert not (place.directory / ".readiness").exists(), "nothing was begun"


def test_without_pytest_html_the_option_says_what_it_takes(tmp_path: Path) -> None:
    (tmp_path / "without.py").write_text("import sys\nsys.modules['pytest_html'] = None\n")
    gate = [
        str(BIN / "pytest"),
        "checks",
        *ONLY_OURS,
        "-p",
        "without",
        "-p",
        "no:html",
        "-p",
        "no:html_fixtures",
        "--html=x.html",
    ]
    ran = started(["env", f"PYTHONPATH={tmp_path}", *gate], REPOSITORY).end()
    assert ran.code == 4, ran.said
    [needed] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]["html"]
    assert ran.err.strip() == f'ERROR: --html needs pytest-html, which is not here: pip install "{needed}"'
