"""What MON-02 asks: alert rules and the last fire drill; and who hears of a nightly `-m reconciliation`."""

from __future__ import annotations

import pytest

from clari_readiness.alerts import could_not_run, deliver, link_of, watched_reconciliation
from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError
from clari_readiness.gate.drills import drills as drills_piece
from clari_readiness.gate.drills import drills_of
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.reconciling import reconciled_of, reconciliation
from clari_readiness.gate.rules import Rules, promtool_says, read_rules
from clari_readiness.model.alarms import Drill, Watched


@pytest.fixture
def alert_rules(environment: Environment, evidence: EvidenceLog) -> Rules:
    """Return what the rules files hold, with what promtool has against them among the problems."""
    files = [(written, environment.file_of(written)) for written in environment.alerts.rules]
    found = read_rules(files)
    said = promtool_says([path for _, path in files]) if files and not found.problems else ""
    evidence.saw("rules files", [written for written, _ in files])
    evidence.saw("alert rules", [{"alert": each.name, "expr": each.expr} for each in found.alerts])
    evidence.saw("promtool", {None: "is not here", "": "has nothing against them"}.get(said, said))
    return Rules(found.alerts, (*found.problems, *((f"promtool: {said}",) if said else ())))


@pytest.fixture
def drills(readiness: Readiness, evidence: EvidenceLog) -> tuple[Drill, ...]:
    """Return each destination's part in its last fire drill."""
    held = drills_of(drills_piece(readiness))
    shown = [
        {"destination": each.name, "at": each.at.isoformat(timespec="seconds"), "refused": each.reason} for each in held
    ]
    evidence.saw("fire drills", shown)
    return held


def tell(readiness: Readiness, subset: str) -> tuple[str, ...]:
    """Send what the night's `-m reconciliation` of a live environment has found; return a line for what nobody took.

    Nothing else that the gate does tells anybody. Whatever breaks here must not change what was decided.
    """
    environment = readiness.environment
    if subset != "reconciliation" or not environment.live or not environment.alerts.to:
        return ()
    try:
        watched = _watched(readiness)
        return deliver(environment, watched.alarms, watched.topics)
    except Exception as error:  # noqa: BLE001 - see above
        return (f"alerts: not all was sent or recorded: {error}",)


def _watched(readiness: Readiness) -> Watched:
    link = link_of(readiness.environment, readiness.environment.directory / "report.html")
    try:
        return watched_reconciliation(reconciled_of(reconciliation(readiness)), link=link)
    except ReadinessError as error:
        return could_not_run("reconciliation", error, link=link)
