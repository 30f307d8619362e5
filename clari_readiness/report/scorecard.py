"""The scorecard: what a terminal shows of a run, in colour or without, on one screen where that is possible."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from clari_readiness.model.findings import Concession, GateReport, Result
from clari_readiness.report.overview import (
    ORDER,
    Section,
    Trouble,
    counts,
    is_conceded,
    problems,
    sections,
    troubles,
    warnings,
)
from clari_readiness.report.plain import plain

NARROWEST = 40
"""Columns. Below this, lines would consist of indentation; a narrower terminal wraps them itself."""

STYLES = {
    Result.PASS: "green",
    Result.FAIL: "bold red",
    Result.NOT_VERIFIED: "yellow",
    Result.NOT_APPLICABLE: "cyan",
    Result.WAIVED: "magenta",
}

_DECISION_STYLES = {0: "bold white on green", 1: "bold white on red", 10: "bold black on yellow"}
_OTHER_DECISION = "bold white on magenta"


def scorecard(report: GateReport, *, width: int, colour: bool, report_path: str) -> str:
    """Return the scorecard as lines of at most `width` columns, wrapped and never cut.

    Without `colour` it holds no escape sequence at all; what names and messages bring along is shown, not obeyed.
    """
    console = Console(
        file=io.StringIO(),
        width=max(width, NARROWEST),
        height=100,
        force_terminal=colour,
        color_system="standard" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},  # colour and width were decided by the caller, not by NO_COLOR, COLUMNS or TERM
    )
    with console.capture() as shown:
        for part in _parts(report):
            console.print(part)
        console.print(_text(f"Report: {report_path}"), soft_wrap=True)  # a path is copied, so it stays whole
    return "\n".join(line.rstrip() for line in shown.get().splitlines())


def _parts(report: GateReport) -> Iterator[RenderableType]:
    yield _section_table(report)
    for result in ORDER:
        if found := troubles(report, result):
            yield _heading(result.value, counts(report.items)[result], "item", "items", STYLES[result])
            yield _table(row for trouble in found for row in _rows(trouble))
    if warned := warnings(report):
        yield _heading("WARNING", len(warned), "item", "items", STYLES[Result.NOT_VERIFIED])
        yield _table((Text.assemble((plain(of.item.id), "bold"), " ", of.item.priority), _text(w)) for of, w in warned)
    if invalid := problems(report):
        yield _heading("DO NOT HOLD", len(invalid), "concession", "concessions", STYLES[Result.FAIL])
        yield _table((Text(plain(one.item), "bold"), _text(_problem(one))) for one in invalid)
    yield from _decision(report)


def _section_table(report: GateReport) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))  # so that the longest title and two results fit into 80 columns
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for section in sections(report):
        complete = section.passed == section.applicable
        score = Text(f"{section.passed}/{section.applicable}", STYLES[Result.PASS] if complete else "bold")
        table.add_row(_text(section.prefix, "bold"), _text(section.title), score, _rest(section))
    return table


def _rest(section: Section) -> Text:
    """Return what the section's score leaves out: `2 failed, 1 waived`."""
    words = [Text(word, STYLES[result]) for result, word in section.rest]
    if section.declared:
        words.append(Text(f"{section.declared} declared", "dim"))
    return Text(", ").join(words)


def _heading(words: str, count: int, one: str, many: str, style: str) -> RenderableType:
    return Padding(Text.assemble((words, style), f"  {count} {one if count == 1 else many}"), (1, 0, 0, 0))


def _rows(trouble: Trouble) -> Iterator[tuple[Text, Text]]:
    """Return what the trouble is, whom it holds back when they are several, and what to do."""
    if len(trouble.items) == 1:
        item = trouble.items[0].item
        yield Text.assemble((plain(item.id), "bold"), " ", item.priority), _text(_headline(trouble))
    else:
        yield Text(f"{len(trouble.items)} items", "bold"), _text("\n".join((trouble.cause, *trouble.details)))
        for priority, items in trouble.by_priority.items():
            yield Text(priority, justify="right"), _text(" ".join(item.item.id for item in items))
    for fix in trouble.fix:
        yield Text("->", justify="right"), _text(fix)


def _headline(trouble: Trouble) -> str:
    """Return what to say of a single item: of a waived one what was conceded and what it hides."""
    item = trouble.items[0]
    if item.concession is None or not is_conceded(item):
        return trouble.headline
    said = f"{item.concession.text} ({item.concession.by}, until {_term(item.concession)})"
    return f"{said}; without it {item.real}: {trouble.headline}" if item.result is Result.WAIVED else said


def _term(concession: Concession) -> str:
    days = concession.days_left
    return f"{concession.expires}, {days} {'day' if days == 1 else 'days'} left"


def _problem(concession: Concession) -> str:
    kind = concession.kind.replace("_", " ")
    given = ", ".join(part for part in (concession.by, concession.expires and f"until {concession.expires}") if part)
    return f"{kind}{f' ({given})' if given else ''}: {concession.problem}"


def _decision(report: GateReport) -> Iterator[RenderableType]:
    """Return the reasons, then the decision in a block that can be seen from across the room."""
    decision = report.decision
    yield Text("")
    yield from (_text(f"warning: {warning}", STYLES[Result.NOT_VERIFIED]) for warning in report.warnings)
    yield from (_text(reason) for reason in decision.reasons)
    where = [report.environment, "live" if report.live else "rehearsal", report.subset and f"only {report.subset}"]
    words = Text.assemble((plain(decision.words), "bold"), f"   exit code {decision.exit_code}   ")
    words.append(plain(", ".join(part for part in where if part)))
    rule = Rule(characters="=", style="none")
    yield Padding(Group(rule, words, rule), style=_DECISION_STYLES.get(decision.exit_code, _OTHER_DECISION))


def _table(rows: Iterable[tuple[Text, Text]]) -> RenderableType:
    """Return rows whose second cell wraps under itself, and whose first stays whole."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for row in rows:
        table.add_row(*row)
    return Padding(table, (0, 0, 0, 2))


def _text(words: str, style: str = "") -> Text:
    """Return foreign words as text: no markup, no emoji codes, no control characters."""
    return Text(plain(words), style, overflow="fold")
