"""What an exporter would be told, before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clari_readiness.simulator import DEFAULT_NOW
from clari_readiness.trial.assignment import Assignment, Pace
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.place import TYPES
from clari_readiness.trial.variables import Whereabouts, child_environment

_PLACE = Path("/DIRECTORY OF THE TRIAL")


def preview(accused: Accused, pace: Pace, caller: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child, with words in capitals where each run has values of its own."""
    url, path = accused.warehouses.shown
    where = Whereabouts(
        base_url="http://127.0.0.1:PORT/v4",
        key="A KEY MADE UP FOR THE RUN",
        proxy="http://127.0.0.1:ANOTHER PORT",
        home=_PLACE / "home",
        temporary=_PLACE / "tmp",
        warehouse_url=url,
        warehouse_path=path,
    )
    applies = {"audit", "opportunities"} - set(accused.not_applicable)
    assignment = Assignment(
        "A FORECAST MADE UP FOR THE RUN",
        ("2027_Q4", "2027_Q3"),
        TYPES,
        audit_from=DEFAULT_NOW if "audit" in applies else None,
        opportunity_ids=("IDS",) if "opportunities" in applies else (),
    )
    return child_environment(caller, where, assignment, names=accused.names, pace=pace, now=DEFAULT_NOW)
