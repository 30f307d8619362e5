"""What the checklist does not ask and production needs."""

from datetime import timedelta

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate import item
from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.recorded import recorded_documents
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.time import Clock
from clari_readiness.validation import Contracts

GRACE = timedelta(hours=2)
"""What a nightly run may take longer than its schedule: a daily snapshot is fresh for 26 hours."""


@item("CLA-01", "Responses match their contracts", priority="P1", source="clari")
def test_every_answer_matches_its_contract(
    readiness: Readiness,
    environment: Environment,
    clari: Clari,
    contracts: Contracts,
    quarters: tuple[Quarter, ...],
    evidence: EvidenceLog,
) -> None:
    """A document that changed its shape loads as something else, or half; nobody is told when Clari changes."""
    documents = [*clari.documents(environment.forecasts, quarters), *recorded_documents(readiness)]
    violations = [
        f"{where}: {violation}"
        for contract, where, document in documents
        for violation in contracts.violations(contract, document)
    ]
    evidence.saw("documents compared", sorted({f"{where} with {contract}" for contract, where, _ in documents}))
    evidence.saw("violations", violations[:50])
    assert not violations, evidence.fails(
        f"{len(violations)} violations, first {violations[0]}",
        expected="every document as its contract in contracts/ says",
        fix="compare the document with its contract; if Clari changed it, change the contract and the exporter with it",
    )
    if not any(contract == "forecast" for contract, _, _ in documents):
        raise NotVerified(
            "this Clari has no synchronous forecast (F21), so no forecast was compared with its contract",
            way_out="an export would show one; that is not built yet",
        )
    evidence.concludes(f"{len(documents)} documents, no violation")


@item("CLA-12", "Forecast data is fresh", priority="P2", source="warehouse")
def test_the_newest_snapshot_is_fresh(
    environment: Environment,
    warehouse: AskedWarehouse,
    quarters: tuple[Quarter, ...],
    clock: Clock,
    evidence: EvidenceLog,
) -> None:
    """A board that decides on last week's forecast does not know that it is last week's."""
    newest = {
        row["forecast_name"]: row["exported_at"] for row in warehouse.freshness(environment.forecasts, quarters[0])
    }
    allowed = environment.schedule.current_quarter_every + GRACE
    ages = {name: timedelta(seconds=round((clock.now() - at).total_seconds())) for name, at in newest.items()}
    evidence.saw("age of the newest snapshot", {name: str(age) for name, age in ages.items()})
    stale = [f"{name} has no snapshot of {quarters[0]}" for name in environment.forecasts if name not in newest]
    stale += [f"the newest of {name} is {age} old" for name, age in ages.items() if not -GRACE < age < allowed]
    assert not stale, evidence.fails(
        "; ".join(stale),
        expected=f"a snapshot of {quarters[0]} not older than {allowed}, and none from the future",
        fix="look at why the exporter did not run, then export the current quarter",
    )
    evidence.concludes(", ".join(f"{name} {age} old" for name, age in ages.items()))
