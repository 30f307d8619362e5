"""pytest-html's page of a run (`--html`): every test, for engineers, with the gate's decision on top.

pytest-html takes what it is told for HTML: a test's id, metadata, links, what other hooks add. So it hears of a run
when that has been decided, and then only text without keys, with as much of people in it as the report has.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from clari_readiness.errors import ReadinessError
from clari_readiness.gate.people import People
from clari_readiness.gate.readiness import Readiness
from clari_readiness.model.findings import Finding, GateReport, Result
from clari_readiness.plugin.as_text import AsText
from clari_readiness.redact import Redactor
from clari_readiness.report import decided

_STYLE = Markup("""<style>
body { display: flex; flex-direction: column; } body, #results-table { color: #333; }
#environment-header, #environment { order: 1; } #environment { align-self: flex-start; }  /* the decision comes first */
.decision { padding: 4px 16px; border-left: 10px solid; color: #7a5300; }
.decision.passed { color: #1a6b35; } .decision.failed { color: #a8201a; } .decision.invalid { color: #6b2f87; }
.decision h2 { margin: 0; font-size: 32px; color: inherit; } .decision li, .facts dd { color: black; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 24px; } .facts dt { color: #555; } .facts dd { margin: 0; }
</style>""")
_HEADER = Markup('<th class="sortable" data-column-type="item">Item</th>')
_CELL = Markup('<td class="col-item">{}</td>')
_NEEDED = "pytest-html>=4.2,<4.3"
"""As the extra `html` in pyproject.toml."""

_PLACE = 1
"""Where the column of items stands: after pytest's own result."""

_ITEMS = "clari_items"
"""The attribute of a test's report that says which items it belongs to, and what came of it."""

Told = pytest.CollectReport | pytest.TestReport


def know_option(parser: pytest.Parser) -> None:
    """Know `--html` where pytest-html is not installed, to say what it takes."""
    if find_spec("pytest_html") is None:
        group = parser.getgroup("clari-readiness")
        group.addoption("--html", dest="htmlpath", metavar="FILE", help=f"needs {_NEEDED}")
        group.addoption("--self-contained-html", action="store_true", help="with --html: a page in one file")


def require_page(config: pytest.Config) -> None:
    """Raise UsageError when a page is wanted that nobody here could draw, or where there can be none."""
    wanted = config.getoption("htmlpath", default=None)
    if not wanted or config.getoption("dry_run"):
        return
    if find_spec("pytest_html") is None:
        raise pytest.UsageError(f'--html needs pytest-html, which is not here: pip install "{_NEEDED}"')
    path = Path(os.path.expandvars(wanted)).expanduser()  # as pytest-html reads it
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
    except OSError as refused:
        raise pytest.UsageError(f"--html={wanted}: the page cannot be written ({refused.strerror})") from refused


def taken_over(config: pytest.Config, readiness: Readiness) -> TestsPage | None:
    """Put a page of ours between this run and pytest-html; None where no page is wanted."""
    drawing = next((each for each in config.pluginmanager.get_plugins() if _draws(each)), None)
    if drawing is None:
        return None
    config.pluginmanager.unregister(drawing)
    page = TestsPage(drawing, config, readiness)
    config.pluginmanager.register(page)
    return page


def _draws(plugin: object) -> bool:
    return type(plugin).__module__.startswith("pytest_html.")


class TestsPage:
    """What `--html` asks for. `drawing` is pytest-html's own plugin, which hears of the run through this one alone."""

    def __init__(self, drawing: Any, config: pytest.Config, readiness: Readiness) -> None:
        self.path = Path(config.getoption("htmlpath"))
        self._drawing = drawing
        self._metadata: dict[str, Any] = config.stash[import_module("pytest_metadata.plugin").metadata_key]
        self._readiness = readiness
        self._as_text = AsText(Redactor(()), People("none"))
        self._session: pytest.Session | None = None
        self._report: GateReport | None = None
        self._data: Any = None
        self._held: list[Told] = []

    def show(self, report: GateReport) -> None:
        """Draw the page with this decision on top, as soon as there is a session.

        Raises ReadinessError when the disk refuses.
        """
        self._report = report
        if self._session is None:
            return
        try:
            self._draw(self._session, report)
        except OSError as refused:
            raise ReadinessError(
                f"--html={self.path}: the page cannot be written ({refused.strerror or refused})",
                way_out="name a file in a writable directory, with room for it, and run again",
            ) from refused

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Draw the page of a run that has not ended, so that no page of a run before speaks for this one."""
        if self._report is None:  # a dry run decides nothing
            return
        self._session, self._as_text = session, self._with_people()
        self._escape_metadata()
        self._drawing.pytest_sessionstart(session)
        try:
            self.show(self._report)
        except ReadinessError as error:
            raise pytest.UsageError(str(error)) from error

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Hold back what could not be collected."""
        if report.failed:
            self._held.append(report)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Let the page know how many tests there are."""
        self._drawing.pytest_collection_finish(session)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hold back how a test ended."""
        self._held.append(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_html_report_title(self, report: Any) -> Generator[None, object, object]:
        """Keep the page's data, whose title says what was decided, whoever else has one."""
        self._data = report
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_html_results_summary(
        self, prefix: list[Any], summary: list[Any], postfix: list[Any]
    ) -> Generator[None, object, object]:
        """Put the decision before the summary, and show as text what others add to it."""
        for part in (prefix, summary, postfix):  # the page is drawn more than once, and each time others are asked
            part.clear()
        result = yield
        for part in (prefix, summary, postfix):
            part[:] = [Markup("<p>{}</p>").format(self._as_text.html(str(each))) for each in part]
        if self._report is not None:
            prefix.insert(0, _STYLE + decided(self._report))
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_html_results_table_header(self, cells: list[Any]) -> Generator[None, object, object]:
        """Add a column of items, and show as text what others add."""
        own = list(cells)
        result = yield
        cells[:] = self._others_as_text(cells, own, Markup("<th>{}</th>"))
        cells.insert(_PLACE, _HEADER)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_html_results_table_row(self, report: Told, cells: list[Any]) -> Generator[None, object, object]:
        """Name the item and its result, and show as text what others add."""
        own = list(cells)
        result = yield
        if cells:  # without any, somebody has left the row out
            cells[:] = self._others_as_text(cells, own, Markup("<td>{}</td>"))
            cells.insert(_PLACE, _CELL.format(getattr(report, _ITEMS, "")))
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_html_results_table_html(self, data: list[Any]) -> Generator[None, object, object]:
        """Show as text what others add to a test's log; the log itself is escaped already."""
        own = list(data)
        result = yield
        data[:] = self._others_as_text(data, own, Markup("{}"))
        return result

    def _others_as_text(self, parts: Sequence[Any], own: Sequence[Any], frame: Markup) -> list[Any]:
        return [each if each in own else frame.format(self._as_text.html(_words(each))) for each in parts]

    def _draw(self, session: pytest.Session, report: GateReport) -> None:
        self._as_text = self._with_people()
        self._escape_metadata()
        self._data.title = self._as_text.text(f"{report.decision.words}: Clari readiness of {report.environment}")
        said = _said(report)
        held, self._held = self._held, []
        for each in held:
            self._hand_over(each, said.get(each.nodeid, []))
        self._drawing.pytest_sessionfinish(session)

    def _hand_over(self, report: Told, said: Sequence[tuple[str, Finding]]) -> None:
        titled = [(f"{words}, from {finding.source}", _sentences(finding)) for words, finding in said]
        shown = self._as_text.told(report, titled)
        shown.__dict__[_ITEMS] = self._as_text.text("; ".join(dict.fromkeys(words for words, _ in said)))
        if isinstance(shown, pytest.TestReport):
            self._drawing.pytest_runtest_logreport(shown)
        else:
            self._drawing.pytest_collectreport(shown)

    def _with_people(self) -> AsText:
        """Return what makes text, with the people that are known by now."""
        allowed = self._readiness.environment.report.personal_data
        return AsText(self._readiness.redactor, People.of(self._readiness.collector.pieces(), allowed))

    def _escape_metadata(self) -> None:
        """Escape what a table of its own shows: variables of a CI, and whatever tests and workers have added."""
        shown = {self._as_text.text(str(key)): self._as_text.nested(value) for key, value in self._metadata.items()}
        self._metadata.clear()
        self._metadata.update(shown)


def _said(report: GateReport) -> Mapping[str, list[tuple[str, Finding]]]:
    """Return for each check what the report says of it."""
    said: dict[str, list[tuple[str, Finding]]] = {}
    for item in report.items:
        waived = ", waived" if item.result is Result.WAIVED else ""
        for finding in item.findings:
            said.setdefault(finding.check, []).append((f"{finding.item} {finding.result}{waived}", finding))
    return said


def _sentences(finding: Finding) -> str:
    told = (("", finding.observed), ("expected: ", finding.expected), ("to mend it: ", finding.fix))
    return "\n".join(f"{name}{words}" for name, words in told if words)


def _words(cell: Any) -> str:
    """Return what somebody else's cell says, without the tags that it was written in."""
    return Markup(str(cell)).striptags()  # noqa: S704 - taken apart, not shown
