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
from clari_readiness.report.files import replace
from clari_readiness.report.overview import Section, deciding, is_conceded, is_declared, sections, troubles, warnings
from clari_readiness.report.plain import plain

_TONES = {0: "passed", 1: "failed", 10: "incomplete"}


@dataclass(frozen=True)
class Shape:
    """How a piece of evidence is shown: as a table with `columns` and `rows`, or as `text` where there are none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text: str = ""


def write_page(report: GateReport, path: Path) -> None:
    """Write `report.html` at once, mode 0600. Raises ReadinessError when the disk refuses."""
    replace(path, page(report).encode("utf-8", "replace"))


def page(report: GateReport) -> str:
    """Return the page. Whatever the report says is text in it, never markup; it links only to itself."""
    template = _environment().get_template("page.html.j2")
    return template.render(
        report=report,
        tone=_TONES.get(report.decision.exit_code, "invalid"),
        started=_moment(report.started_at),
        took=_duration(report.seconds),
        sections=sections(report),
        whole=Section("", "All sections", report.items),
        failed=[item for item in report.items if item.result is Result.FAIL],
        unverified=troubles(report, Result.NOT_VERIFIED),
        warned=warnings(report),
        not_applicable=[one for one in troubles(report, Result.NOT_APPLICABLE) if not is_conceded(one.items[0])],
        Result=Result,
    )


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
    environment.filters.update(anchor=_anchor, duration=_duration, shape=shape, deciding=deciding, summary=_summary)
    environment.tests.update(declared=is_declared)
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


def _anchor(item_id: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", item_id.lower())


def _moment(started_at: str) -> str:
    try:
        return f"{datetime.fromisoformat(started_at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return started_at


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds >= 0.05 else f"{seconds * 1000:.0f} ms"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
