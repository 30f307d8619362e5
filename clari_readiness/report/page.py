"""`report.html`: the run for whoever has to decide. One file without scripts and without a single request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from clari_readiness.model.findings import GateReport, ItemResult, Result
from clari_readiness.report.document import as_json
from clari_readiness.report.files import put
from clari_readiness.report.overview import (
    SOURCES,
    Section,
    came_from,
    conceded,
    deciding,
    is_conceded,
    is_declared,
    problems,
    sections,
    troubles,
    warnings,
)
from clari_readiness.report.pictures import pictures
from clari_readiness.report.plain import plain
from clari_readiness.report.seal import sealed_page
from clari_readiness.report.since import earlier, since_last_run
from clari_readiness.secrets import Secret

BLOCKERS = 10
"""How many blockers a page, or a summary, tells about; all of them are in the checklist."""

LINE = 200
"""Characters of what broke, where all blockers are told; the item below has all of it."""

_WRAP = re.compile(r"(?<!\n)\n(?!\n|[-*] |\d+\. )")
_AMOUNT = re.compile(r"[-+]?[\d,]+(\.\d+)?%?")
_TONES = {0: "passed", 1: "failed", 10: "incomplete"}


@dataclass(frozen=True)
class Shape:
    """How a piece of evidence is shown: as a table with `columns` and `rows`, or as `text` where there are none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: str = ""


def write_page(report: GateReport, path: Path, *, key: Secret | None = None) -> None:
    """Write `report.html` at once, mode 0600, sealed with `key` where there is one.

    Raises ReadinessError when the disk refuses.
    """
    put(path, sealed_page(page(report), key))


def page(report: GateReport) -> str:
    """Return the page. Whatever the report says is text in it, never markup; it links only to itself."""
    template = _environment().get_template("page.html.j2")
    blockers = troubles(report, Result.FAIL)
    return template.render(
        report=report,
        mark=json.dumps(mark(report)),
        sections=sections(report),
        whole=Section("", "All sections", report.items),
        problems=problems(report),
        blockers=blockers[:BLOCKERS],
        more_blockers=blockers[BLOCKERS:],
        unverified=troubles(report, Result.NOT_VERIFIED),
        warned=warnings(report),
        not_applicable=[one for one in troubles(report, Result.NOT_APPLICABLE) if not is_conceded(one.items[0])],
        since=since_last_run(report),
        pictures=pictures(report),
        Result=Result,
    )


def decided(report: GateReport) -> Markup:
    """Return the top of the page alone, for another page: the decision with its reasons, and the run's facts."""
    return Markup(_environment().get_template("decision.html.j2").render(report=report))  # noqa: S704 - it escapes


def tone(report: GateReport) -> str:
    """Return the class of the decision's colour."""
    return _TONES.get(report.decision.exit_code, "incomplete" if "INCOMPLETE" in report.decision.words else "invalid")


def mark(report: GateReport) -> dict[str, Any]:
    """Return what a program reads in the page without understanding it: `verify` asks whether it is still so."""
    return {
        "environment": report.environment,
        "decision": report.decision.words,
        "exit_code": report.decision.exit_code,
        "good_until": report.good_until,
        "fingerprints": dict(report.provenance.fingerprints),
    }


def shape(value: Any) -> Shape:
    """Return how to show a value: rows and mappings as a table, one value as it is, anything nested as JSON."""
    value = as_json(value)
    if isinstance(value, dict) and value and not any(_nested(inner) for inner in value.values()):
        return Shape(("", ""), tuple((str(key), _cell(inner)) for key, inner in value.items()))
    if isinstance(value, list) and value and all(isinstance(row, dict) and row for row in value):
        columns = tuple(dict.fromkeys(str(key) for row in value for key in row))
        if not any(_nested(inner) for row in value for inner in row.values()):
            return Shape(columns, tuple(tuple(_cell(row.get(name, "")) for name in columns) for row in value))
    if _nested(value):
        return Shape((), (), json.dumps(value, ensure_ascii=False, indent=2))
    return Shape((), (), _cell(value))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters.update(
        anchor=_anchor,
        duration=duration,
        shape=shape,
        summary=_summary,
        moment=moment,
        came_from=came_from,
        tone=tone,
        unwrapped=_unwrapped,
    )
    environment.globals.update(earlier=earlier, conceded=conceded, age=age, SOURCES=SOURCES, LINE=LINE)
    environment.tests.update(declared=is_declared, amount=_AMOUNT.fullmatch)
    return environment


def _finalize(value: Any) -> Any:
    """Take what controls direction or hides out of everything that a template prints; escaping comes after this."""
    return value if isinstance(value, Markup) else plain(str(value))


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _summary(item: ItemResult) -> str:
    said = (finding.observed or finding.cause for finding in deciding(item))
    return next((words for words in said if words), "nothing was recorded")


def _unwrapped(text: str) -> str:
    """Return text whose paragraphs and points are a line each: the page breaks lines where it is wide enough."""
    return _WRAP.sub(" ", text)


def _anchor(item_id: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", item_id.lower())


def moment(at: str) -> str:
    """Return an ISO time as people read it, in UTC; anything else as it is."""
    try:
        return f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return at


def age(at: str, until: str) -> str:
    """Return how old something made `at` was `until` then, in days; nothing when either is no time."""
    try:
        days = (datetime.fromisoformat(until) - datetime.fromisoformat(at)).days
    except (ValueError, TypeError):
        return ""
    return f"{days} day{'' if days == 1 else 's'}"


def duration(seconds: float) -> str:
    """Return seconds as people read them."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds >= 0.05 else f"{seconds * 1000:.0f} ms"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
