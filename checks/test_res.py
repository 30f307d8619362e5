"""Error Handling & Resilience: what goes wrong leaves the warehouse right."""

from collections.abc import Iterator
from typing import Any

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.exporter import Landing
from clari_readiness.gate import item
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.grain import FULL_GRAIN, lacks
from clari_readiness.gate.keeping import Kept, shortened
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter, Window

SHOWN = 20
NOT_SEEN_OF_OTHERS = (
    "without the reference exporter's ledger: quarters before the first and after the newest one of a forecast, single "
    "exports of a quarter, raw files of whatever else fills this warehouse"
)


@item("RES-05", "MERGE/UPSERT in warehouse prevents duplicate forecast records", priority="P2", source="warehouse")
def test_no_key_is_there_twice(environment: Environment, warehouse: AskedWarehouse, evidence: EvidenceLog) -> None:
    """Everything loaded twice is a pipeline twice as large, and nobody doubts a good number."""
    grain = environment.warehouse.grain
    assert not lacks(grain), evidence.fails(
        f"the grain {', '.join(grain)} lacks {lacks(grain)}",
        expected=FULL_GRAIN,
        fix=f"correct env.{environment.name}.warehouse.grain",
    )
    rows = sum(row["rows"] for row in warehouse.kept_periods())
    if not rows:
        raise NotVerified("the table of forecasts holds no rows", way_out="export first, then look for duplicates")
    duplicates = warehouse.duplicate_keys(newest_only=False)
    assert not duplicates, evidence.fails(
        f"{duplicates[0]['offenders']} keys are there more than once for one export",
        expected="each key of the grain once for each exported_at",
        fix="load with MERGE on the whole key (user, field, period, time frame, currency), not with INSERT",
    )
    reloaded = warehouse.reloaded_jobs()
    assert not reloaded, evidence.fails(
        f"jobs with rows at more than one exported_at: {reloaded[0]['offenders']}, among them {reloaded[0]['job_id']}",
        expected="all rows of a job at the moment at which the job ended",
        fix="take exported_at from the job's endTime, not from the clock of the load: the same job then meets its rows",
    )
    if reloaded is None:
        evidence.saw("not looked at", "whether a job was loaded again at another moment: no column names the job")
    evidence.concludes(f"{rows} rows, no key twice" + ("" if reloaded is None else ", no job twice"))


@item("RES-06", "Data retention policy enforced (rolling 8 quarters typical)", priority="P3", source="warehouse")
def test_the_window_is_kept_and_nothing_before_it(
    environment: Environment,
    window: Window,
    quarters: tuple[Quarter, ...],
    warehouse: AskedWarehouse,
    landing: Landing | None,
    evidence: EvidenceLog,
) -> None:
    """What is kept for ever is a risk that nobody decided on; what is deleted too early cannot be had again (F17)."""
    evidence.saw("window", f"{window.first} to {quarters[0]}, and later ones")
    periods, ledger = warehouse.kept_periods(), warehouse.loaded_periods() if landing is not None else None
    kept, loaded = Kept.of(periods), Kept.of(ledger or ())
    wrong = [
        *(f"{quarter} lies before the window" for quarter in kept.before(window)),
        *kept.gaps(sorted({*environment.forecasts, *loaded.quarters}), loaded, window, quarters[0]),
        *shortened(periods, ledger or (), window),
        *(_left_before(window, warehouse, landing, evidence) if landing is not None else ()),
    ]
    assert not wrong, evidence.fails(
        "; ".join(wrong[:SHOWN]) + (f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""),
        expected=f"every quarter since the first load, from {window.first} on, and nothing from before it",
        fix="delete whole quarters before the window and nothing else, each night (the reference exporter: "
        "clari-readiness retention); export a quarter that is missing again, by its name",
    )
    unseen = dict([*_unseen(environment, kept), *_unseen_of_ours(environment, ledger, landing)])
    if unseen:
        raise NotVerified("; ".join(unseen), way_out="; ".join(dict.fromkeys(unseen.values())))
    if ledger is None:
        evidence.saw("not looked at", NOT_SEEN_OF_OTHERS)
    held = sum(len(found) for found in kept.quarters.values())
    whole = "none missing in between" if ledger is None else "none missing of those that were loaded"
    evidence.concludes(f"{held} quarters, none before {window.first}, {whole}")


def _left_before(window: Window, warehouse: AskedWarehouse, landing: Landing, evidence: EvidenceLog) -> Iterator[str]:
    """Yield what the reference exporter still has of past quarters beside the forecasts."""
    past = [str(file.relative_to(landing.directory)) for file in landing.before(window)]
    evidence.saw("landed files", {"there": len(landing.files()), "before the window": past[:SHOWN]})
    if past:
        yield f"{len(past)} landed files lie before the window, the first of them {past[0]}"
    days = warehouse.audit_days_before(window.begins)
    if days:
        yield f"{days} days of audit events lie before {window.begins}"


def _unseen(environment: Environment, kept: Kept) -> Iterator[tuple[str, str]]:
    """Yield what cannot be judged in any warehouse, and the way out."""
    for forecast in environment.forecasts:
        if not kept.of_forecast(forecast):
            yield f"{forecast} has no quarter in the table", "export it first, or correct `forecasts`"
    if kept.others:
        more = f" and {len(kept.others) - SHOWN} more" if len(kept.others) > SHOWN else ""
        yield (
            f"nobody can tell the age of {', '.join(kept.others[:SHOWN])}{more}",
            "name periods as Clari does, like 2027_Q4, or map the column that does",
        )


def _unseen_of_ours(
    environment: Environment, ledger: list[dict[str, Any]] | None, landing: Landing | None
) -> Iterator[tuple[str, str]]:
    """Yield what cannot be judged of the reference exporter, and the way out."""
    if ledger is None and landing is not None and environment.exporter is not None:
        yield (
            "the reference exporter's ledger is not in this warehouse, so nobody knows what was loaded",
            "name the exporter's own warehouse in `warehouse.url`, or in `exporter` what fills this one",
        )
    if landing is not None and any(row["files"] for row in ledger or ()) and not landing.directory.is_dir():
        yield "the landed files that the ledger names are not on this machine", "run the gate where the exporter runs"
