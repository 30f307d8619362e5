"""What MON-02 asks: the alert rules that the settings name, and the last fire drill."""

from __future__ import annotations

import pytest

from clari_readiness.environments import Environment
from clari_readiness.gate.drills import drills as drills_piece
from clari_readiness.gate.drills import drills_of
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.rules import Rules, promtool_says, read_rules
from clari_readiness.model.alarms import Drill


@pytest.fixture
def alert_rules(environment: Environment, evidence: EvidenceLog) -> Rules:
    """Return what the rules files hold, with what promtool has against them among the problems."""
    files = [(written, environment.proof_of(written)) for written in environment.alerts.rules]
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
