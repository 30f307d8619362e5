"""Pictures of a run, each drawn from the rows of a table that stands below it; static SVG, without any script.

The rows are what checks recorded as evidence, found by the labels under which they did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from markupsafe import Markup

from clari_readiness.model.evidence import COMPLETION, LATENCY, SCENARIOS, SWINGS, TOTALS
from clari_readiness.model.findings import Evidence, GateReport
from clari_readiness.report.drawing import drawn

_PHASES = ("queue", "run", "download", "load")
_ENDS = ("loaded", "refused", "failed")
_DIGITS = 40
"""Before and after the point, more than any amount has; what has more is none."""

_TOTALS = ("forecast", "closed", "quota")


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
    found = (
        _totals(pieces),
        _swings(pieces),
        _reconciliation(pieces),
        _latency(pieces),
        _completion(pieces),
        _scenarios(report),
    )
    return tuple(picture for picture in found if picture is not None)


def _totals(pieces: Iterable[Evidence]) -> Picture | None:
    """Return what the newest exports add up to: the numbers that people know by heart, and see at once to be wrong."""
    rows = _labelled(pieces, TOTALS)
    if not rows:
        return None
    same, names = _names(rows, ("time_period", "field_id", "forecast_id", "currency"))
    bars = {kind: [_float(row.get(kind)) for row in rows] for kind in _TOTALS}
    table = tuple(
        (name, *(_sum(row.get(key)) for key in _TOTALS), _part(row, "forecast"), _part(row, "quota"))
        for name, row in zip(names, rows, strict=True)
    )
    columns = ("Quarter", *map(str.capitalize, _TOTALS), "Closed of forecast", "Closed of quota")
    title = f"Forecast against closed and quota by quarter{same}"
    return Picture("totals", title, drawn("totals", title, names, bars, stacked=False), columns, table)


def _swings(pieces: Iterable[Evidence]) -> Picture | None:
    """Return what moved further than it should; a quarter in which nothing did has a row that says so."""
    rows = _labelled(pieces, SWINGS)
    if not rows:
        return None
    moved = [(row, change) for row in rows if (change := _amount(row.get("change"))) is not None]
    names = [_name(row, row.get("whose")) for row, _ in moved]
    threshold = _amount(rows[0].get("threshold"))
    title = f"Swings of more than {_percent(threshold)}" if threshold is not None else "Swings"
    bars = {"change in %": [float(change * 100) for _, change in moved]}
    svg = drawn("swings", f"{title}, in percent", names, bars) if moved else Markup("")
    columns = ("Quarter", "What", "Whose", "Before", "Now", "Change", "Compared with")
    return Picture("swings", title, svg, columns, tuple(map(_swing, rows)), tuple(map(_swing_tone, rows)))


def _swing(row: Mapping[str, Any]) -> tuple[str, ...]:
    kind = row.get("kind")
    change, compared = _amount(row.get("change")), str(row.get("compared_with") or "")
    return (
        _name(row),
        str(kind).replace("_", " ") if kind else "none" if _has_baseline(row) else "not compared",
        str(row.get("whose") or ""),
        _sum(row.get("previous")),
        _sum(row.get("current")),
        "" if change is None else f"{change:+.2%}",
        f"{compared[:16].replace('T', ' ')} UTC" if _has_baseline(row) else compared,
    )


def _swing_tone(row: Mapping[str, Any]) -> str:
    if row.get("kind"):
        return "not-verified"  # not a failure: somebody is to look
    return "pass" if _has_baseline(row) else ""


def _has_baseline(row: Mapping[str, Any]) -> bool:
    return str(row.get("compared_with") or "")[:1].isdigit()


def _latency(pieces: Iterable[Evidence]) -> Picture | None:
    rows = _labelled(pieces, LATENCY)
    if not rows:
        return None
    names = [str(row.get("of") or row.get("job")) for row in rows]
    bars = {phase: [_number(row.get(phase)) for row in rows] for phase in _PHASES}
    table = tuple((name, *(_shown(row.get(phase)) for phase in _PHASES)) for name, row in zip(names, rows, strict=True))
    svg = drawn("latency", "Seconds of each job by phase", names, bars)
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
    title, names = "Export jobs of 30 days by how they ended", [str(name) for name in ends]
    svg = drawn("completion", title, names, bars, colours=("pass", "unknown", "fail"))
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
    svg = drawn("reconciliation", "Rows of each forecast and period, at Clari and here", names, bars, stacked=False)
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


def _name(row: Mapping[str, Any], *more: Any) -> str:
    return ", ".join(
        filter(None, (f"{row.get('time_period')} of {row.get('forecast_id')}", *map(str, filter(None, more))))
    )


def _names(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> tuple[str, list[str]]:
    """Return what all rows have in common, for the title, and a name of each that tells it from the others."""
    first, *others = keys
    common = [key for key in others if len({str(row.get(key)) for row in rows}) == 1]
    same = ", ".join(str(rows[0][key]) for key in common if rows[0].get(key))
    told = [first, *(key for key in others if key not in common)]
    names = [", ".join(str(row[key]) for key in told if row.get(key)) for row in rows]
    return (f": {same}" if same else ""), names


def _labelled(pieces: Iterable[Evidence], label: str) -> list[Mapping[str, Any]]:
    return [row for piece in pieces if piece.label == label for row in _mappings(piece.value)]


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _amount(value: Any) -> Decimal | None:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if abs(exact.adjusted()) < _DIGITS and exact.is_finite() else None


def _float(amount: Any) -> float | None:
    return None if (exact := _amount(amount)) is None else float(exact)


def _sum(amount: Any) -> str:
    return "" if (exact := _amount(amount)) is None else f"{exact:,}"


def _part(row: Mapping[str, Any], of: str) -> str:
    """Return how much of the forecast, or of the quota, is closed; nothing where that is zero or unknown."""
    closed, whole = _amount(row.get("closed")), _amount(row.get(of))
    return _percent(closed / whole) if whole and closed is not None else ""


def _percent(part: Decimal) -> str:
    return f"{part:.1%}".replace(".0%", "%")


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return "not measured" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _rate(ended: Mapping[str, Any]) -> str:
    counted = {end: _number(count) or 0.0 for end, count in ended.items()}
    return f"{counted.get('loaded', 0.0) / total:.1%}" if (total := sum(counted.values())) else ""
