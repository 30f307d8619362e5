"""One run of the gate inside pytest: from collected checks to findings, and from findings to the exit code."""

from __future__ import annotations

import shutil
import time
import traceback
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clari_readiness.environments import load_default
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.items import Promise, promise_of
from clari_readiness.gate.judgement import judge
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.verdict import Verdict, verdict
from clari_readiness.model.findings import Finding, Item, Result
from clari_readiness.plugin.options import DEFAULT_ENVIRONMENT, check_roots, narrowed, subset_of
from clari_readiness.report import scorecard, write, write_page

GATE = "clari_readiness.gate_session"
EVIDENCE = pytest.StashKey[EvidenceLog]()

_PROMISES = "clari_readiness_promises"
_STOPPED: Mapping[int, str] = {
    pytest.ExitCode.INTERRUPTED: "the run was interrupted, or a check could not be collected",
    pytest.ExitCode.USAGE_ERROR: "pytest was called wrongly",
    pytest.ExitCode.NO_TESTS_COLLECTED: "no check was selected",
}
"""pytest's own exit codes that stay as they are, and what they mean here."""


class GateSession:
    """The hooks of one run. `run` names it, and is the same in all of its workers."""

    def __init__(self, config: pytest.Config, run: str) -> None:
        self.run = run
        self._config = config
        self._worker = hasattr(config, "workerinput")
        environments = load_default(config.getoption("config"))
        environment = environments.get(config.getoption("env") or DEFAULT_ENVIRONMENT)
        self.readiness = Readiness(environments, environment, run=run, record=_record_mode(config))
        self._roots = check_roots(config)
        self._promises: dict[str, Promise] = {}
        self._findings: list[tuple[str, Finding]] = []
        self._broke = ""
        self._began = time.monotonic()
        self._verdict: Verdict | None = None

    def pytest_sessionstart(self) -> None:
        """Block the network where everything is recorded."""
        self.readiness.start()

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Let `-k AUTH-04` find the checks of an item."""
        promise = promise_of(item)
        if promise is not None:
            item.extra_keyword_matches.add(promise.item.id)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Note what is going to run; a test among the checks that belongs to no item would decide nothing."""
        for item in items:
            promise = promise_of(item)
            if promise is None:
                raise pytest.UsageError(f"{item.nodeid} belongs to no item: decorate it with @item(...)")
            self._promises[item.nodeid] = promise

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Judge how a check ended, and give pytest the outcome that belongs to the result."""
        report = yield
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
        self._shape(report, self.readiness.redacted(finding))
        return report

    def _shape(self, report: pytest.TestReport, finding: Finding) -> None:
        """Carry the finding on the report, which travels from worker to controller, and set pytest's outcome."""
        report.__dict__["clari_finding"] = msgspec.json.encode(finding).decode()
        report.__dict__.pop("wasxfail", None)
        redact = self.readiness.redactor.text
        report.sections = [(redact(title), redact(text)) for title, text in report.sections]
        waived = finding.result is Result.FAIL and self.readiness.is_waived(finding.item)
        if finding.result is Result.PASS:
            report.outcome, report.longrepr = "passed", None
        elif finding.result is Result.FAIL and not waived:
            report.outcome, report.longrepr = "failed", redact(str(report.longrepr))
        else:
            path, line, _ = report.location
            report.outcome = "skipped"
            report.longrepr = (path, (line or 0) + 1, f"{finding.result}: {finding.observed}")
        if waived:
            report.__dict__["wasxfail"] = f"waived: {finding.observed}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a finding, here or from a worker."""
        carried = getattr(report, "clari_finding", None)
        if carried is None or self._worker:
            return
        try:
            self._findings.append((report.nodeid, msgspec.json.decode(carried, type=Finding)))
        except msgspec.MsgspecError as error:
            self._broke = f"a finding of {report.nodeid} could not be read: {error}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a worker what it collected."""
        for nodeid, carried in getattr(node, "workeroutput", {}).get(_PROMISES, {}).items():
            self._promises[nodeid] = msgspec.json.decode(carried, type=Promise)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Decide, write the reports, and show the scorecard last of all."""
        if self._worker:
            promises = {nodeid: msgspec.json.encode(promise).decode() for nodeid, promise in self._promises.items()}
            self._config.workeroutput[_PROMISES] = promises  # type: ignore[attr-defined]
            return (yield)
        yield
        self.readiness.stop()
        try:
            self._finish(session)
        except Exception:  # noqa: BLE001 - whatever breaks here must not look like a decision
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            self._say("THE GATE BROKE", self.readiness.redactor.text(traceback.format_exc()))
        return None

    def _finish(self, session: pytest.Session) -> None:
        if self._config.option.collectonly:
            session.exitstatus = 10
            self._say("INCOMPLETE: checks were collected and none was run")
            return
        status = session.exitstatus
        if status == pytest.ExitCode.INTERNAL_ERROR:
            self._broke = self._broke or "pytest or a plugin broke; its message is above"
        decided = verdict(
            self.readiness,
            [finding for _, finding in self._findings] + self._unfinished(),
            catalogue=self._catalogue(),
            subset=subset_of(self._config),
            narrowed=narrowed(self._config),
            stopped=(int(status), _STOPPED[status]) if status in _STOPPED else None,
            broke=self._broke,
            seconds=time.monotonic() - self._began,
        )
        session.exitstatus = decided.report.decision.exit_code
        self._show(decided)
        shutil.rmtree(self.readiness.evidence_directory, ignore_errors=True)

    def _catalogue(self) -> list[Item]:
        """Return the catalogue, and what a team's own checks add to it."""
        known = {item.id: item for item in CATALOGUE}
        for promise in self._promises.values():
            item = known.get(promise.item.id)
            if item is None or item not in CATALOGUE:
                sources = tuple(dict.fromkeys((*(item.sources if item else ()), promise.source)))
                known[promise.item.id] = replace(promise.item, sources=sources)
        return list(known.values())

    def _unfinished(self) -> list[Finding]:
        """Return a finding for each check that was collected and never reported, as after a crash or with -x."""
        reported = {nodeid for nodeid, _ in self._findings}
        text = "its check was collected and did not end"
        return [
            Finding(promise.item.id, promise.source, Result.NOT_VERIFIED, check=nodeid, observed=text, cause=text)
            for nodeid, promise in self._promises.items()
            if nodeid not in reported
        ]

    def _show(self, decided: Verdict) -> None:
        directory = self.readiness.environment.make_directory()
        write(decided.report, directory / "report.json")
        write_page(decided.report, directory / "report.html")
        decided.remember(directory / "history.jsonl")
        terminal = self._config.get_terminal_writer()
        page = _short(directory / "report.html", self._config.invocation_params.dir)
        card = scorecard(decided.report, width=terminal.fullwidth, colour=terminal.hasmarkup, report_path=page)
        self._say(card)

    def _say(self, *lines: str) -> None:
        terminal = self._config.get_terminal_writer()
        for line in lines:
            terminal.write(f"\n{line}\n", flush=True)


def _short(path: Path, start: Path) -> str:
    return str(path.relative_to(start)) if path.is_relative_to(start) else str(path)


def _record_mode(config: pytest.Config) -> str:
    mode: str = config.getoption("--record-mode") or "none"
    if mode not in ("none", "rewrite"):
        raise pytest.UsageError(
            f"--record-mode={mode}: the gate records whole or not at all; use --record-mode=rewrite"
        )
    return mode
