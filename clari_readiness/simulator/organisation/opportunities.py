"""The organisation's opportunities (F30)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clari_readiness.simulator.organisation.chance import hexadecimal_for, number_for
from clari_readiness.simulator.organisation.settings import Organisation

_STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost")


def opportunity_ids(organisation: Organisation) -> tuple[str, ...]:
    """Return the id of every opportunity that there is."""
    return tuple(_id(organisation, number) for number in range(organisation.opportunities))


def opportunity(organisation: Organisation, opportunity_id: str, at: datetime) -> dict[str, Any] | None:
    """Return one opportunity as it is at the moment, or None when there is none with this id."""
    number = opportunity_id[4:9]
    if not (number.isascii() and number.isdigit() and int(number) < organisation.opportunities):
        return None
    if opportunity_id != _id(organisation, int(number)):
        return None
    chance = number_for(organisation.seed, opportunity_id, at.date())
    score = chance % 101
    return {
        "id": opportunity_id,
        "crmScore": {"message": "On track" if score > 50 else "At risk", "score": score},
        "fields": [
            _value("opportunity.amount", number_for(organisation.seed, opportunity_id) % 100_000_000 / 100),
            _value("opportunity.stage", _STAGES[chance % len(_STAGES)]),
            _value("opportunity.is_open", chance % len(_STAGES) < 4),
        ],
    }


def _id(organisation: Organisation, number: int) -> str:
    return f"006Z{number:05}{hexadecimal_for(6, organisation.seed, 'opportunity', number).upper()}IAD"


def _value(field_id: str, value: Any) -> dict[str, Any]:
    return {"id": field_id, "alias": field_id.rpartition(".")[2], "value": value, "originalValue": value}
