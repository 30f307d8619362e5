"""What is alarming about the amounts of the newest exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clari_readiness.model.alarms import Alarm, Watched
from clari_readiness.model.anomalies import Anomaly, AnomalyKind, Detection, Inspected

_REVIEW = "Ask the owners whether the change is meant, before anybody decides on these numbers."
_STANDING = "Look whether Clari is still kept up to date, and whether the exports still ask for the current quarter."


def watched_anomalies(detection: Detection, *, link: str = "") -> Watched:
    """Return what a detection says: one alarm for all amounts that moved of a forecast and period, one for standstill.

    Amounts move once, in one export: that is told once, although each night looks at it until there is a newer one.
    What had no baseline is not judged.
    """
    judged = [each for each in detection.inspected if each.baseline_at is not None or _of(detection, each)]
    alarms = (alarm for each in judged for alarm in _alarms(each, _of(detection, each), link))
    return Watched(frozenset(map(_topic, judged)), tuple(alarms))


def _of(detection: Detection, inspected: Inspected) -> list[Anomaly]:
    key = (inspected.forecast_id, inspected.time_period)
    return [each for each in detection.anomalies if (each.forecast_id, each.time_period) == key]


def _alarms(inspected: Inspected, anomalies: Sequence[Anomaly], link: str) -> Iterator[Alarm]:
    standing = [each for each in anomalies if each.kind is AnomalyKind.UNCHANGED_TOO_LONG]
    moved = [each for each in anomalies if each.kind is not AnomalyKind.UNCHANGED_TOO_LONG]
    if moved:
        yield Alarm(
            topic=_topic(inspected),
            cause="swing",
            severity="warning",
            what=_moved(inspected, inspected.found - len(standing)),
            why="A forecast that jumps overnight is a decision, or a mistake that a board will read.",
            todo=_REVIEW,
            link=link,
            details=tuple(map(str, moved)),
            event=inspected.exported_at.isoformat(),
        )
    for each in standing:
        yield Alarm(
            topic=_topic(inspected),
            cause="unchanged",
            severity="warning",
            what=str(each),
            why="A forecast that nobody touches for days is either finished or not what it seems.",
            todo=_STANDING,
            link=link,
        )


def _moved(inspected: Inspected, found: int) -> str:
    amounts = "1 amount of" if found == 1 else f"{found} amounts of"
    return f"{amounts} {inspected.forecast_id} {inspected.time_period} swung further than the settings allow"


def _topic(inspected: Inspected) -> str:
    return f"anomalies/{inspected.forecast_id}/{inspected.time_period}"
