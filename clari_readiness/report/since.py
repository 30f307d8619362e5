"""What is different since the run before, and how each item fared in the last ones."""

from __future__ import annotations

from dataclasses import dataclass

from clari_readiness.model.findings import GateReport, ItemResult, PastRun, Result


@dataclass(frozen=True)
class Change:
    """An item whose real result is another one; `before` is None for one that was not judged then."""

    item: str
    before: Result | None
    now: Result | None


@dataclass(frozen=True)
class Since:
    """The newest earlier run that looked at as much, the items that changed since, and which fingerprints did."""

    run: PastRun
    items: tuple[Change, ...]
    rests_on: tuple[str, ...]


def since_last_run(report: GateReport) -> Since | None:
    """Return what changed since the newest whole run over the same items; None when there was none."""
    for run in report.history:
        if (run.whole or run.subset) and run.subset == report.subset:
            return Since(run, _changed(report, run), _rests_on(report, run))
    return None


def earlier(report: GateReport, item: ItemResult) -> tuple[tuple[PastRun, Result], ...]:
    """Return the earlier runs that judged the item, the oldest first, each with what the item really was."""
    return tuple((run, run.items[item.item.id]) for run in reversed(report.history) if item.item.id in run.items)


def _changed(report: GateReport, run: PastRun) -> tuple[Change, ...]:
    now = {item.item.id: item.real or item.result for item in report.items}
    ids = dict.fromkeys((*now, *run.items))
    return tuple(Change(one, run.items.get(one), now.get(one)) for one in ids if run.items.get(one) != now.get(one))


def _rests_on(report: GateReport, run: PastRun) -> tuple[str, ...]:
    now = report.provenance.fingerprints
    return tuple(name for name, before in run.fingerprints.items() if before and now.get(name, "") != before)
