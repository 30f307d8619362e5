"""Error Handling & Resilience: what goes wrong leaves the warehouse right."""

from clari_readiness.environments import Environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate import item
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.warehouse import AskedWarehouse

PEOPLE = ("user_id", "owner_email", "owner_name")


@item("RES-05", "MERGE/UPSERT in warehouse prevents duplicate forecast records", priority="P2", source="warehouse")
def test_no_key_is_there_twice(environment: Environment, warehouse: AskedWarehouse, evidence: EvidenceLog) -> None:
    """Everything loaded twice is a pipeline twice as large, and nobody doubts a good number."""
    grain = environment.warehouse.grain
    assert not grain or ("time_period" in grain and any(person in grain for person in PEOPLE)), evidence.fails(
        f"the grain {', '.join(grain)} lacks the period or the person",
        expected="what makes a row unique in one export: at least the period and the person",
        fix=f"correct env.{environment.name}.warehouse.grain",
    )
    rows = sum(row["rows"] for row in warehouse.periods(environment.forecasts))
    if not rows:
        raise NotVerified("the table of forecasts holds no rows", way_out="export first, then look for duplicates")
    duplicates = warehouse.duplicate_keys()
    assert not duplicates, evidence.fails(
        f"{duplicates[0]['offenders']} keys are there more than once for one export",
        expected="each key of the grain once for each exported_at",
        fix="load with MERGE on the whole key (user, field, period, time frame, currency), not with INSERT",
    )
    evidence.concludes(f"{rows} rows, no key twice")
