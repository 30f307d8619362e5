"""As much of PromQL as it takes to tell what an alert rule watches.

What cannot be told is no watch: a rule that is narrowed by `and` or `unless`, or compares with something else than a
number, may fire or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf, prod

FORGIVEN = 5 * 60.0
"""For how many seconds a failure may have to last before a rule fires: the failure of a night lasts no longer."""

MOST_SILENT = 48 * 3600.0
"""After how many seconds of silence a rule must have fired."""

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")
_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|`[^`]*`')
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?")
_NARROWED = re.compile(r"\b(?:and|unless|min|min_over_time|bottomk)\b")
_ONE = re.compile(r"(>=|>|!=)\s*(?:bool\s+)?(\d+(?:\.\d*)?)\s*\)*\s*$")
_NONE = re.compile(r"(==|<=|<)\s*(?:bool\s+)?(\d+(?:\.\d*)?)\s*\)*\s*$")
_COUNTED = re.compile(r"\b(?:increase|changes|delta|count_over_time|rate)\s*\(")
_AGE = re.compile(r"\btime\s*\(\s*\)\s*-.*?>=?\s*([\d.*\s()]+)$", re.DOTALL)
_SPAN = re.compile(r"\[\s*([0-9a-z]+)")
_FAILURE = re.compile(r"fail|error|refus|timed_?out|timeout|abort|reject", re.IGNORECASE)
_OUTCOME = re.compile(r"\b(?:outcome|status|result|state|verdict)\s*(=~|=|!~|!=)\s*(§\d+§)")


def seconds_of(duration: str) -> float | None:
    """Return a Prometheus duration in seconds, `1h30m` for one; None for anything else."""
    if duration == "0":
        return 0.0
    if not _DURATION.fullmatch(duration):
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)(ms|[smhdwy])", duration))


def fires_on_one_failure(expr: str, held_for: float) -> bool:
    """Tell whether an alert on this expression fires when one export fails once, and never again."""
    return held_for <= FORGIVEN and any(_counts_one_failure(part, texts) for part, texts in _alternatives(expr))


def fires_on_silence(expr: str, held_for: float) -> bool:
    """Tell whether an alert on this expression fires when no run reports at all, within 48 hours."""
    return any(_after(part) + held_for <= MOST_SILENT for part, _ in _alternatives(expr))


def _alternatives(expr: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what stands between `or`, each of which is enough, with texts taken out: part, and all texts."""
    texts: list[str] = []

    def put_aside(literal: re.Match[str]) -> str:
        texts.append(literal[0][1:-1])
        return f"§{len(texts) - 1}§"

    bare = re.sub(r"#[^\n]*", " ", _LITERAL.sub(put_aside, expr))
    yield from ((part.strip(), texts) for part in re.split(r"\bor\b", bare))


def _counts_one_failure(part: str, texts: list[str]) -> bool:
    compared = _ONE.search(part)
    if compared is None or _narrowed(part) or len(re.findall(r"[<>]=?|!=|==", _without_labels(part))) != 1:
        return False
    sign, number = compared[1], float(compared[2])
    one = {">": number < 1, ">=": 0 < number <= 1, "!=": number == 0}[sign]
    return one and any(_is_of_failures(name, labels or "", texts) for name, labels in _SELECTOR.findall(part))


def _is_of_failures(name: str, labels: str, texts: list[str]) -> bool:
    """Tell whether a metric counts failures: by its name, or by an outcome that is a failure or is not success."""
    if _FAILURE.search(name):
        return True
    chosen = ((sign, texts[int(text.strip("§"))]) for sign, text in _OUTCOME.findall(labels))
    return any(sign.startswith("!") or _FAILURE.search(value) for sign, value in chosen)


def _after(part: str) -> float:
    """Return after how many seconds of silence an expression holds; infinity when it never does."""
    if _narrowed(part):
        return inf
    if re.search(r"\babsent\s*\(", part):
        return 0.0
    if re.search(r"\babsent_over_time\s*\(", part) or (_COUNTED.search(part) and _is_none(part)):
        return _span(part)
    age = _AGE.search(part)
    factors = re.findall(r"\d+(?:\.\d+)?", age[1]) if age else []
    return prod(map(float, factors)) if factors else inf


def _is_none(part: str) -> bool:
    compared = _NONE.search(part)
    return compared is not None and (compared[1], float(compared[2])) in {("==", 0.0), ("<=", 0.0), ("<", 1.0)}


def _span(part: str) -> float:
    spans = [seconds_of(span) for span in _SPAN.findall(part)]
    return max((span for span in spans if span is not None), default=inf)


def _narrowed(part: str) -> bool:
    return _NARROWED.search(_without_labels(part)) is not None


def _without_labels(part: str) -> str:
    return re.sub(r"\{[^}]*\}", "", part)
