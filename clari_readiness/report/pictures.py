"""Pictures of a run, each drawn from the rows of a table that stands below it; static SVG, without any script.

The rows are what checks recorded as evidence, found by the labels under which they did.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import import_module
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

from clari_readiness.model.evidence import COMPLETION, LATENCY, SCENARIOS
from clari_readiness.model.findings import Evidence, GateReport
from clari_readiness.report.plain import plain

if TYPE_CHECKING:
    from pygal.graph.graph import Graph

MOST = 30
"""Bars in a picture; the table has all of them."""

_PHASES = ("queue", "run", "download", "load")
_ENDS = ("loaded", "refused", "failed")
_FOREIGN = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Picture:
    """A title, the picture's SVG (empty where a table says it better), and the table: `good` is each row's tone."""

    name: str
    title: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[str, ...] = ()


def pictures(report: GateReport) -> tuple[Picture, ...]:
    """Return the pictures that the run's evidence has rows for."""
    pieces = [piece for item in report.items for finding in item.findings for piece in finding.evidence]
    drawn = (_latency(pieces), _completion(pieces), _reconciliation(pieces), _scenarios(report))
    return tuple(picture for picture in drawn if picture is not None)


def _latency(pieces: Iterable[Evidence]) -> Picture | None:
    rows = _labelled(pieces, LATENCY)
    if not rows:
        return None
    names = [str(row.get("of") or row.get("job")) for row in rows]
    bars = {phase: [_number(row.get(phase)) for row in rows] for phase in _PHASES}
    table = tuple((name, *(_shown(row.get(phase)) for phase in _PHASES)) for name, row in zip(names, rows, strict=True))
    svg = _drawn("latency", "Seconds of each job by phase", names, bars)
    return Picture("latency", "How long each export job took", svg, ("Job", *(f"{p} (s)" for p in _PHASES)), table)


def _completion(pieces: Iterable[Evidence]) -> Picture | None:
    counted = [piece.value for piece in pieces if piece.label == COMPLETION and isinstance(piece.value, Mapping)]
    ends = {name: ended for value in counted for name, ended in value.items() if isinstance(ended, Mapping)}
    if not ends:
        return None
    bars = {end: [_number(ended.get(end)) for ended in ends.values()] for end in _ENDS}
    table = tuple(
        (str(name), *(_shown(ended.get(end, 0)) for end in _ENDS), _rate(ended)) for name, ended in ends.items()
    )
    svg = _drawn("completion", "Export jobs of 30 days by how they ended", [str(name) for name in ends], bars)
    return Picture("completion", "How many export jobs were completed", svg, ("Of", *_ENDS, "completed"), table)


def _reconciliation(pieces: Iterable[Evidence]) -> Picture | None:
    rows = [piece.value for piece in pieces if isinstance(piece.value, Mapping) and "expected_rows" in piece.value]
    if not rows:
        return None
    names = [f"{row.get('time_period')} of {row.get('forecast_id')}" for row in rows]
    bars = {
        "rows at Clari": [_number(row["expected_rows"]) for row in rows],
        "rows here": [_number(row.get("found_rows")) for row in rows],
    }
    table, tones = [], []
    for name, row in zip(names, rows, strict=True):
        for cells in _compared(name, row):
            table.append(cells)
            tones.append("pass" if row.get("verdict") == "same" else "fail")
    columns = ("Period", "Verdict", "Rows at Clari", "Rows here", "Amount", "Sum at Clari", "Sum here", "Difference")
    svg = _drawn("reconciliation", "Rows of each forecast and period, at Clari and here", names, bars, stacked=False)
    return Picture("reconciliation", "Clari against the warehouse", svg, columns, tuple(table), tuple(tones))


def _compared(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    counts = (name, str(row.get("verdict")), _shown(row.get("expected_rows")), _shown(row.get("found_rows")))
    amounts = _mappings(row.get("amounts"))
    for each in amounts:
        sums = [_amount(each.get("expected")), _amount(each.get("found"))]
        apart = "" if None in sums else f"{(sums[1] or 0) - (sums[0] or 0):+,}"
        yield (*counts, str(each.get("type")), *("" if one is None else f"{one:,}" for one in sums), apart)
    if not amounts:
        yield (*counts, "", "", "", "")


def _scenarios(report: GateReport) -> Picture | None:
    """Return the trial as a grid: what was done to the exporter, how it bore it, and which items rest on it."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in report.items:
        for piece in (piece for finding in item.findings for piece in finding.evidence if piece.label == SCENARIOS):
            for row in _mappings(piece.value):
                ids = found.setdefault((str(row.get("done")), str(row.get("verdict"))), [])
                ids.extend([item.item.id] if item.item.id not in ids else [])
    if not found:
        return None
    rows = tuple((done, verdict, " ".join(ids)) for (done, verdict), ids in found.items())
    tones = tuple({"kept": "pass", "broken": "fail"}.get(verdict, "not-verified") for _, verdict, _ in rows)
    return Picture(
        "trial", "The exporter on trial", Markup(""), ("What was done to it", "Its laws", "Items"), rows, tones
    )


def _drawn(
    name: str, title: str, names: Sequence[str], bars: Mapping[str, list[float | None]], *, stacked: bool = True
) -> Markup:
    """Return bars as SVG that takes its colours from the page, and says to a screen reader what it shows."""
    pygal = _pygal()
    style = pygal.style.Style(
        **dict.fromkeys(("background", "plot_background"), "transparent"),
        **dict.fromkeys(("foreground", "foreground_strong"), "var(--ink)"),
        foreground_subtle="var(--line)",
        colors=tuple(f"var(--series-{number})" for number in range(1, 5)),
        font_family="inherit",
        opacity=1,
    )
    kind = pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar
    chart: Graph = kind(
        style=style, js=[], width=800, height=110 + 34 * len(names[:MOST]), margin=8, legend_at_bottom=True
    )
    chart.uuid = name
    chart.x_labels = [plain(each) for each in names[:MOST]][::-1]  # it draws from the bottom up, and tables go down
    for series, values in bars.items():
        chart.add(plain(series), values[:MOST][::-1])
    return _static(chart.render_tree(), title)


def _pygal() -> Any:
    """Import pygal, since most runs draw nothing before their end, and take its hook out of Python's imports.

    The hook is for plugins with maps, and made for an import system that is gone: with it, whoever imports what is not
    there gets a warning, or an error that says nothing of it.
    """
    pygal = import_module("pygal")
    # Only this one: another that comes with pygal is the finder of what is installed.
    sys.meta_path[:] = [hook for hook in sys.meta_path if not isinstance(hook, pygal.PluginImportFixer)]
    return pygal


def _static(root: ET.Element, title: str) -> Markup:
    """Return the tree as markup without what is there for scripts: they are forbidden, and ids would collide."""
    for parent in list(root.iter()):
        for child in list(parent):
            named = str(child.tag).removeprefix(_FOREIGN) if isinstance(child.tag, str) else "comment"
            if named in ("script", "desc", "comment") or "tooltip-overlay" in child.get("class", "").split():
                parent.remove(child)
            child.attrib.pop("id", None)
    root.attrib |= {"role": "img", "aria-label": title}
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - ElementTree has escaped all text in it


def _labelled(pieces: Iterable[Evidence], label: str) -> list[Mapping[str, Any]]:
    return [row for piece in pieces if piece.label == label for row in _mappings(piece.value)]


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _shown(value: Any) -> str:
    return "not measured" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)


def _rate(ended: Mapping[str, Any]) -> str:
    counted = {end: _number(count) or 0.0 for end, count in ended.items()}
    return f"{counted.get('loaded', 0.0) / total:.1%}" if (total := sum(counted.values())) else ""
