"""One run of the gate inside pytest: from collected checks to findings, and from findings to the exit code."""

from __future__ import annotations

import time
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from clari_readiness.environments import Environment, load_default
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.gate.decision import BROKE
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.items import promise_of
from clari_readiness.gate.judgement import judge
from clari_readiness.gate.provenance import provenance
from clari_readiness.gate.publishing import publish
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.stopping import termination_interrupts
from clari_readiness.gate.verdict import Verdict, unfinished, verdict
from clari_readiness.gate.witness import Testimony, Witness
from clari_readiness.model.findings import GateReport, Result
from clari_readiness.plugin.alerting import tell
from clari_readiness.plugin.dry_run import EXIT_CODE, told
from clari_readiness.plugin.options import DEFAULT_ENVIRONMENT, check_roots, narrowing, subset_of
from clari_readiness.plugin.sealing import seal_key
from clari_readiness.plugin.telling import say_at_once
from clari_readiness.plugin.tests_page import taken_over
from clari_readiness.report import scorecard, write_reports
from clari_readiness.secrets import Secret
from clari_readiness.trial import exporter_version

GATE = "clari_readiness.gate_session"
EVIDENCE = pytest.StashKey[EvidenceLog]()

NOT_ENDED = "the run has not ended: it is still at work, or it was killed"
"""What the reports say from a run's beginning on, until it has decided."""

_WITNESS = "clari_readiness_witness"
_STOPPED: Mapping[int, str] = {
    pytest.ExitCode.INTERRUPTED: "the run was stopped before its end",
    pytest.ExitCode.USAGE_ERROR: "pytest was called wrongly",
    pytest.ExitCode.NO_TESTS_COLLECTED: "no check was selected",
}
"""pytest's own exit codes that stay as they are, and what they mean here."""


class GateSession:
    """The hooks of one run. `run` names it, and is the same in all of its workers. Raises SettingsError."""

    def __init__(self, config: pytest.Config, run: str) -> None:
        self.run = run
        self._config = config
        self._worker = hasattr(config, "workerinput")
        environments = load_default(config.getoption("config"))
        environment = environments.get(config.getoption("env") or DEFAULT_ENVIRONMENT)
        record = _record_mode(config, environment)
        self.readiness = Readiness(
            environments, environment, run=run, record=record, say=lambda line: say_at_once(config, line)
        )
        self._roots = check_roots(config)
        self._witness = Witness()
        self._broke = ""
        self._began = time.monotonic()
        self._stops = ExitStack()
        self._dry = bool(config.getoption("dry_run"))
        self._tests_page = taken_over(config, self.readiness)
        if self._dry:
            return
        self.readiness.start(first=not self._worker)
        if not self._worker:
            self._stops.enter_context(termination_interrupts())
            self._write(unfinished(self.readiness, reason=NOT_ENDED))

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note each check, before anything is deselected, and let `-k AUTH-04` find it."""
        promise = promise_of(item)
        if promise is None:
            self._witness.doubt(f"{item.nodeid} belongs to no item of the checklist: decorate it with @item(...)")
            return
        item.extra_keyword_matches.add(promise.item.id)
        self._witness.collected(item.nodeid, promise, shipped=item.path.is_relative_to(self._roots[0]))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Doubt a run in which a file could not be collected, or left itself out."""
        if not report.passed:
            self._witness.doubt(f"{report.nodeid} was not collected: {_last_word(report)}")

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Doubt a run from which checks were taken out, unless it decides over a subset."""
        for item in items:
            self._witness.deselected(item.nodeid)
        if not subset_of(self._config):
            self._witness.doubt("the run was narrowed: checks were deselected")

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge how a check ended, and give pytest the outcome that belongs to the result."""
        report = yield
        redactor = self.readiness.redactor
        report.sections = [(redactor.text(title), redactor.text(text)) for title, text in report.sections]
        report.user_properties = [(name, redactor.data(value)) for name, value in report.user_properties]
        promise = promise_of(item)
        error = call.excinfo.value if call.excinfo else None
        if promise is None or (error is None and call.when != "call"):
            return report
        finding = judge(
            promise,
            check=item.nodeid,
            why=getattr(getattr(item, "function", None), "__doc__", None),
            error=error,
            in_call=call.when == "call",
            evidence=item.stash.get(EVIDENCE, EvidenceLog()),
            check_roots=self._roots,
            seconds=call.duration,
        )
        self._shape(report, Testimony(promise, self.readiness.redacted(finding)))
        return report

    def _shape(self, report: pytest.TestReport, testimony: Testimony) -> None:
        """Let the report carry the testimony from worker to controller, and set the outcome that pytest shows."""
        finding = testimony.finding
        report.__dict__["clari_testimony"] = msgspec.json.encode(testimony).decode()
        report.__dict__.pop("wasxfail", None)
        waived = finding.result is Result.FAIL and self.readiness.is_waived(finding.item)
        if finding.result is Result.PASS:
            report.outcome, report.longrepr = "passed", None
        elif finding.result is Result.FAIL and not waived:
            report.outcome, report.longrepr = "failed", self.readiness.redactor.text(str(report.longrepr))
        else:
            path, line, _ = report.location
            report.outcome = "skipped"
            report.longrepr = (path, (line or 0) + 1, f"{finding.result}: {finding.observed}")
        if waived:
            report.__dict__["wasxfail"] = f"waived: {finding.observed}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a testimony, here or from a worker."""
        if self._worker:
            return
        carried = getattr(report, "clari_testimony", None)
        if carried is not None:
            self._witness.heard(report.nodeid, msgspec.json.decode(carried, type=Testimony))
        elif not report.passed:
            self._witness.doubt(f"{report.nodeid} ended without a finding: {_last_word(report)}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker what it collected."""
        carried = getattr(node, "workeroutput", {}).get(_WITNESS)
        if carried is None:
            self._witness.doubt(f"worker {node.gateway.id} ended without saying what it had collected")
        else:
            self._witness.join(msgspec.json.decode(carried, type=Witness))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Tell what the checks would ask instead of running them, in a dry run."""
        if not self._dry:
            return None
        self._say("\n".join(map(self.readiness.redactor.text, told(self.readiness, session.items))))
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Decide, write the reports, and show the scorecard last of all."""
        if self._worker:
            self._config.workeroutput[_WITNESS] = msgspec.json.encode(self._witness).decode()  # type: ignore[attr-defined]
            return (yield)
        if self._dry:
            if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
                session.exitstatus = EXIT_CODE
            return (yield)
        try:
            yield
        except BaseException as error:  # noqa: BLE001 - another plugin's end must not be the gate's
            self._broke = f"another plugin broke the end of the run: {type(error).__name__}: {error}"
        try:
            self._finish(session)
        except Exception as error:  # noqa: BLE001 - whatever breaks here must not look like a decision
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            self._say("THE GATE BROKE", self.readiness.redactor.text(traceback.format_exc()))
            self._write_broken(error)
        finally:
            self._put_in_order()
        return None

    def _put_in_order(self) -> None:
        """Leave no job of the run's behind. All workers have ended by now."""
        try:
            for line in self.readiness.cancel_exports():
                self._say(self.readiness.redactor.text(line))
        except ReadinessError as error:
            self._say(self.readiness.redactor.text(f"export jobs of this run may be left over: {error}"))
        finally:
            self.readiness.stop()
            self._stops.close()

    def _write_broken(self, error: Exception) -> None:
        """Say in the reports that nothing was decided; where that is impossible as well, there are none."""
        self.readiness.forget_reports()
        reason = self.readiness.redactor.text(f"the gate broke before it could decide: {type(error).__name__}: {error}")
        with suppress(Exception):
            seconds = time.monotonic() - self._began
            self._write(unfinished(self.readiness, reason=reason, exit_code=BROKE, seconds=seconds))

    def _write(self, report: GateReport, *, key: Secret | None = None) -> None:
        write_reports(report, self.readiness.environment.directory, key=key)
        if self._tests_page is not None:
            self._tests_page.show(report)

    def _finish(self, session: pytest.Session) -> None:
        status = int(session.exitstatus)
        if status == pytest.ExitCode.INTERNAL_ERROR:
            self._broke = self._broke or "pytest or a plugin broke; its message is above"
        for reason in narrowing(self._config):
            self._witness.doubt(reason)
        stopped = status in _STOPPED
        key, unsealed = seal_key(self.readiness)
        told = () if stopped else tell(self.readiness, subset_of(self._config))
        if self.readiness.recording:
            told += self._published(stopped=_STOPPED.get(status) or self._broke)
        decided = verdict(
            self.readiness,
            self._witness,
            subset=subset_of(self._config),
            stopped=(status, _STOPPED[status]) if stopped else None,
            failed=session.testsfailed,
            broke=self._broke,
            seconds=time.monotonic() - self._began,
            rests_on=provenance(self.readiness, exporter_version=exporter_version(self.readiness.environment)),
            warned=unsealed,
        )
        session.exitstatus = decided.report.decision.exit_code
        self._show(decided, key)
        self._say(*(self.readiness.redactor.text(line) for line in told))

    def _published(self, *, stopped: str) -> tuple[str, ...]:
        """Put new recordings in place and return what to tell; a run that was to record and could not is not whole."""
        try:
            if not stopped:
                return publish(self.readiness)
        except ReadinessError as error:
            stopped = str(error)
        said = f"nothing was recorded, and the recordings are as they were: {stopped}"
        self._witness.doubt(said)
        return (said,)

    def _show(self, decided: Verdict, key: Secret | None) -> None:
        directory = self.readiness.environment.directory
        decided.remember(directory / "history.jsonl")
        self._write(decided.report, key=key)
        terminal = self._config.get_terminal_writer()
        page = _short(directory / "report.html", self._config.invocation_params.dir)
        card = scorecard(decided.report, width=terminal.fullwidth, colour=terminal.hasmarkup, report_path=page)
        self._say(card)
        if self._tests_page is not None:
            self._say(f"Every test: {self._tests_page.path}")

    def _say(self, *lines: str) -> None:
        terminal = self._config.get_terminal_writer()
        for line in lines:
            terminal.write(f"\n{line}\n", flush=True)


def _last_word(report: pytest.CollectReport | pytest.TestReport) -> str:
    """Return the line of a report that names the error: pytest marks it with an E, or ends with it."""
    lines = [line.strip() for line in report.longreprtext.splitlines() if line.strip()]
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E  ")]
    return (errors or lines or [str(report.outcome)])[-1]


def _short(path: Path, start: Path) -> str:
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)


def _record_mode(config: pytest.Config, environment: Environment) -> Literal["none", "rewrite", "replay"]:
    """Return what is to be done about recordings: those of a team's environment are replayed only when asked for."""
    mode: str | None = config.getoption("--record-mode", default=None)
    if mode == "rewrite":
        return "rewrite"
    if mode not in (None, "none"):
        raise SettingsError(f"--record-mode={mode}: the gate records whole or not at all", way_out="use rewrite")
    if mode is None or environment.kind != "team":
        return "none"
    if subset_of(config) != "contracts":
        raise SettingsError(
            f"--record-mode=none: recordings of {environment.name} say whether contracts hold, and nothing else",
            way_out="add -m contracts, and narrow the run by nothing else",
        )
    return "replay"
