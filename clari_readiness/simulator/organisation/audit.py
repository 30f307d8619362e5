"""Audit events (F29): no ids, some without a time, some of them twice, in no order that is documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from clari_readiness.simulator.organisation.calendar import midnight
from clari_readiness.simulator.organisation.chance import bytes_for, hexadecimal_for
from clari_readiness.simulator.organisation.people import seats
from clari_readiness.simulator.organisation.settings import Organisation

_EVENTS = (
    "user.login",
    "forecast.submitted",
    "forecast.adjusted",
    "settings.viewed",
    "export.downloaded",
    "user.logout",
)
_SESSIONS = ("WEB", "WEB", "WEB", "IOS", "ANDROID")
_TWICE = 24  # of 256
_WITHOUT_TIME = 20  # of 256


def events(
    organisation: Organisation, start: datetime, end: datetime, filters: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the events from `start` until before `end` that have the values in `filters`, the newest day first.

    Equal events can be two that happened (F29). The server knows when those without a time happened.
    """
    days = (end.date() - start.date()).days
    found = []
    for back in range(days + 1):
        for moment, event in _of_day(organisation, end.date() - timedelta(days=back)):
            if start <= moment < end and all(event.get(name) == value for name, value in filters.items()):
                found.append(event)
    return found


def late_event(organisation: Organisation, moment: datetime, number: int) -> dict[str, Any]:
    """Return an event that is noticed only when others of its window were read already, the `number`th of them."""
    chance = bytes_for(16, organisation.seed, "late", moment, number)
    event = _event(organisation, str(organisation.users[0].user_id), "settings.viewed", moment, chance)
    return event | {"eventTimestamp": _text(moment)}


def actors_of(organisation: Organisation, items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return who is behind the events: id, name and e-mail of each, once (F3)."""
    people = _people(organisation)
    ids = dict.fromkeys(event["actorId"] for event in items)
    return [
        {"actorType": "USER", "actorId": actor, "name": people[actor][0], "email": people[actor][1]} for actor in ids
    ]


@lru_cache(maxsize=16)
def _people(organisation: Organisation) -> dict[str, tuple[str, str]]:
    own = {str(seat.person): (seat.name, seat.email) for seat in seats(organisation)}
    return own | {str(user.user_id): (user.name, user.email) for user in organisation.users}


@lru_cache(maxsize=128)
def _of_day(organisation: Organisation, day: date) -> tuple[tuple[datetime, dict[str, Any]], ...]:
    return tuple(_events_of_day(organisation, day))


def _events_of_day(organisation: Organisation, day: date) -> Iterator[tuple[datetime, dict[str, Any]]]:
    sellers = sorted({str(seat.person) for seat in seats(organisation)})
    token_users = [str(user.user_id) for user in organisation.users if user.opted_in]
    for number in range(organisation.audit_events_a_day):
        chance = bytes_for(16, organisation.seed, "audit", day, number)
        # The first ones of a day are those of the tokens' users, so that who they are can always be found out (F3).
        api = number < len(token_users)
        actor = token_users[number] if api else sellers[chance[0] % len(sellers)]
        moment = midnight(day) + timedelta(seconds=(chance[1] * 256 + chance[2]) * 86_400 // 65_536)
        event = _event(
            organisation, actor, "api.accessed" if api else _EVENTS[chance[3] % len(_EVENTS)], moment, chance
        )
        yield moment, event
        if chance[9] < _TWICE:
            yield moment, event


def _event(organisation: Organisation, actor: str, name: str, moment: datetime, chance: bytes) -> dict[str, Any]:
    session = hexadecimal_for(32, organisation.seed, "session", actor, moment.date())
    event: dict[str, Any] = {
        "actorId": actor,
        "actorType": "USER",
        "sessionId": f"{session[:8]}-{session[8:12]}-4{session[13:16]}-a{session[17:20]}-{session[20:]}",
        "sessionType": _SESSIONS[chance[4] % len(_SESSIONS)],
        "event": name,
        "ipAddress": f"192.0.2.{chance[5]}",
        "eventParameters": {"source": "api" if name == "api.accessed" else "app"},
    }
    if chance[6] >= _WITHOUT_TIME:
        event["eventTimestamp"] = _text(moment)
    return event


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
