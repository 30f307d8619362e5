"""Activities of people: meetings, mails and files (F11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from clari_readiness.simulator.organisation.calendar import midnight
from clari_readiness.simulator.organisation.chance import bytes_for, hexadecimal_for
from clari_readiness.simulator.organisation.document import milliseconds
from clari_readiness.simulator.organisation.people import Seat, seats
from clari_readiness.simulator.organisation.settings import Organisation

_A_DAY = 6
_TYPES = ("MEETING", "EMAIL_SENT", "EMAIL_RECEIVED", "ATTACHMENT_SENT", "ATTACHMENT_RECEIVED")


def activities(
    organisation: Organisation, start: datetime, end: datetime, types: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the activities of these types, from the first day to the last: the hours do not count (F11)."""
    first, last = midnight(start.date()), midnight(end.date())
    days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
    every = (_activity(organisation, day, number) for day in days for number in range(_A_DAY))
    return [each for each in every if each["activityType"] in types]


def _activity(organisation: Organisation, day: datetime, number: int) -> dict[str, Any]:
    chance = bytes_for(8, organisation.seed, "activity", day.date(), number)
    sellers = [seat for seat in seats(organisation) if not seat.manages] or list(seats(organisation))
    owner = sellers[chance[0] % len(sellers)]
    account = hexadecimal_for(10, organisation.seed, "account", chance[1] % 40).upper()
    return {
        "activityId": hexadecimal_for(32, organisation.seed, "activity", day.date(), number, "id"),
        "activityType": _TYPES[chance[2] % len(_TYPES)],
        "subject": f"Account {account} <> weekly",
        "date": milliseconds(day + timedelta(minutes=chance[3] * 5)),
        "activityOwnerId": owner.crm_id,
        "activityOrganiserId": owner.crm_id,
        "accounts": [
            {"accountId": f"001{account}AAZ", "accountName": f"Account {account}", "accountOwnerId": owner.crm_id}
        ],
        "opportunities": [],
        "participants": [_inside(owner), _outside(account)],
    }


def _inside(seat: Seat) -> dict[str, Any]:
    return {"name": seat.name, "email": seat.email, "sfdcUserId": seat.crm_id, "isInternal": True}


def _outside(account: str) -> dict[str, Any]:
    name = f"contact.{account.lower()}"
    return {"name": name, "email": f"{name}@example.org", "sfdcUserId": "", "isInternal": False}
