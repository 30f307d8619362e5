"""`report.md`: the run for a CI summary or a comment. Names and messages are text in it: no markup, no mention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clari_readiness.model.findings import Concession, GateReport, Item, Result
from clari_readiness.report.overview import Section, Trouble, came_from, conceded, sections, troubles, warnings
from clari_readiness.report.page import BLOCKERS, duration, moment
from clari_readiness.report.plain import plain
from clari_readiness.report.since import since_last_run

LONGEST = 500
"""Characters of a message; the page and report.json have all of it."""

_SPECIAL = re.compile(r"([\\`*_\[\]#|~$]|^[-+=]|^\d+(?=[.)]))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "://": "&#58;//", "www.": "www&#46;"}

_ENTITY = re.compile("|".join(map(re.escape, _ENTITIES)))


def markdown(report: GateReport) -> str:
    """Return the report as GitHub's Markdown, which other services read as well."""
    return "\n".join(_lines(report)) + "\n"


def text(words: str) -> str:
    """Return foreign words on one line, such that no Markdown, HTML, link or mention is read in them."""
    line = " ".join(plain(words).split())
    cut = f"{line[:LONGEST]}..." if len(line) > LONGEST else line
    escaped = _SPECIAL.sub(r"\\\1", cut)
    return _ENTITY.sub(lambda found: _ENTITIES[found[0]], escaped)


def _lines(report: GateReport) -> Iterator[str]:
    yield f"# {text(report.decision.words)}"
    yield ""
    yield " · ".join(_facts(report))
    yield ""
    yield from (f"- {text(reason)}" for reason in report.decision.reasons)
    yield from (f"- Warning: {text(warning)}" for warning in report.warnings)
    if not report.live:
        yield "- This is a rehearsal: only a live environment can say GO."
    yield from _told("Blockers", troubles(report, Result.FAIL), "What to do")
    yield from _told("Not verified", troubles(report, Result.NOT_VERIFIED), "What it takes")
    yield from _warned(report)
    yield from _conceded(report)
    yield from _checklist(report)
    yield from _since(report)


def _facts(report: GateReport) -> Iterator[str]:
    yield f"environment **{text(report.environment)}**, {'live' if report.live else 'rehearsal'}"
    if report.subset:
        yield f"only {text(report.subset)}"
    if report.exporter:
        yield f"exporter {text(report.exporter)}"
    yield f"exit code {report.decision.exit_code}"
    yield f"started {text(moment(report.started_at))}, took {duration(report.seconds)}"
    if report.good_until:
        yield f"good until {text(moment(report.good_until))}, or until settings, exporter or contracts change"


def _told(title: str, found: Sequence[Trouble], remedy: str) -> Iterator[str]:
    if not found:
        return
    yield from ("", f"## {title}", "")
    for trouble in found[:BLOCKERS]:
        yield f"- **{', '.join(_named(item.item) for item in trouble.items)}**: {text(trouble.headline)}"
        yield from (f"  - {text(words)}" for words in trouble.details)
        if title == "Blockers":
            yield from (f"  - Risk if skipped: {text(words)}" for words in trouble.risks)
        yield from (f"  - {remedy}: {text(words)}" for words in trouble.fix)
    rest = [item for trouble in found[BLOCKERS:] for item in trouble.items]
    if rest:
        yield f"- and {', '.join(_named(item.item) for item in rest)}"


def _named(item: Item) -> str:
    return f"{text(item.id)} {item.priority}"


def _warned(report: GateReport) -> Iterator[str]:
    if warned := warnings(report):
        yield from ("", "## Warnings", "")
        yield from (f"- **{_named(item.item)}**: {text(words)}" for item, words in warned)


def _conceded(report: GateReport) -> Iterator[str]:
    if not report.concessions:
        return
    yield from ("", "## Waived, declared and not applicable", "")
    yield "| Item | Kind | Statement | By | Until | Holds | Without it |"
    yield "|---|---|---|---|---|---|---|"
    for one in report.concessions:
        item = conceded(report, one)
        real = item.real or "" if item else ""
        cells = (one.item, one.kind.replace("_", " "), one.text, one.by, one.expires, _holds(one), real)
        yield f"| {' | '.join(map(text, cells))} |"


def _holds(one: Concession) -> str:
    days = f"yes, {one.days_left} day{'' if one.days_left == 1 else 's'} left"
    return f"No: {one.problem}" if one.problem else days


def _checklist(report: GateReport) -> Iterator[str]:
    yield from ("", "## Checklist")
    for section in sections(report):
        yield from ("", f"### {text(section.title)}: {_score(section)}", "")
        yield "| Item | Priority | Result | Promise | Evidence from |"
        yield "|---|---|---|---|---|"
        for item in section.items:
            sources = ", ".join(f"{source}: {how}" for source, how in came_from(item))
            cells = (item.item.id, item.item.priority, str(item.result), item.item.title, sources)
            yield f"| {' | '.join(map(text, cells))} |"


def _score(section: Section) -> str:
    return f"{section.passed} of {section.applicable} passed"


def _since(report: GateReport) -> Iterator[str]:
    since = since_last_run(report)
    if since is None:
        return
    yield from ("", "## What changed since the last run", "")
    yield f"- {text(moment(since.run.at))}: {text(since.run.decision)}"
    yield from (f"- {text(name)} changed" for name in since.rests_on)
    yield from (f"- {text(one.item)}: {one.before or 'not judged'} → {one.now or 'not judged'}" for one in since.items)
