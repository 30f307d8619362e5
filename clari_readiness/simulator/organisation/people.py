"""The people of the organisation, in their roles: a user of a forecast is one person in one role (F13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from clari_readiness.simulator.organisation.calendar import midnight
from clari_readiness.simulator.organisation.chance import hexadecimal_for, number_for
from clari_readiness.simulator.organisation.settings import Organisation

_GIVEN = (
    "Ava", "Bjørn", "Chidi", "Dolores", "Emre", "Fatima", "Grzegorz", "Hana", "Íñigo", "Jae-won", "Katarzyna", "Liam",
    "Mei", "Nadia", "Oluwaseun", "Priya", "Quentin", "Rosa", "Søren", "Thandiwe", "Ursula", "Viktor", "Wanjiru", "Zoë",
)  # fmt: skip
_FAMILY = (
    "Adeyemi", "Bakker", "Castillo", "D'Angelo", "Eriksson", "Fischer", "García", "Haddad", "Ivanova", "Jain",
    "Kowalski", "Lindqvist", "Müller", "Nakamura", "O'Neill", "Petrov", "Quispe", "Rossi", "Smith-Jones", "Takahashi",
)  # fmt: skip
_REGIONS = ("East", "West", "Central", "EMEA", "APAC", "LATAM", "Federal", "Enterprise")
_FIRST_PERSON = 280_600


@dataclass(frozen=True)
class Seat:
    """One person in one role. `over` is the user id of the manager, None at the top."""

    person: int
    name: str
    email: str
    crm_id: str
    role_id: str
    role: str
    over: str | None
    manages: bool
    leaves_on: date | None = None

    @property
    def user_id(self) -> str:
        """Return `<user>:<role>` (F13)."""
        return f"{self.person}:{self.role_id}"

    @property
    def scope(self) -> str:
        """Return `<user>::MGR` or `<user>::REP`, which a request can name as the root of what it asks for (F5)."""
        return f"{self.person}::{'MGR' if self.manages else 'REP'}"

    def scope_id(self) -> Any:
        """Return the `scopeId` of the user list: a string for some users, an object for others (F13)."""
        if self.person % 3:
            return self.scope
        return {"id": str(self.person), "type": "MGR" if self.manages else "REP"}

    def opted_in(self, at: datetime) -> bool:
        """Return whether an export made at this moment has the seat at all (F17)."""
        return self.leaves_on is None or at < midnight(self.leaves_on)


@lru_cache(maxsize=16)
def seats(organisation: Organisation) -> tuple[Seat, ...]:
    """Return every seat, each manager before the people managed."""
    head = _seat(organisation, 0, "Chief Revenue Officer", over=None, manages=True)
    managers = [
        _seat(organisation, 1 + n, f"Sales Manager - {_region(n)}", over=head.user_id, manages=True)
        for n in range(organisation.managers)
    ]
    sellers = [
        _seller(organisation, 1 + organisation.managers + n, managers[n % len(managers)] if managers else head, n)
        for n in range(organisation.people)
    ]
    return (head, *managers, *sellers, *_second_seats(organisation, managers, sellers))


def below(all_seats: tuple[Seat, ...], roots: set[str]) -> tuple[Seat, ...]:
    """Return the seats with these user ids and everybody under them."""
    found = set(roots)
    for seat in all_seats:
        if seat.over in found:
            found.add(seat.user_id)
    return tuple(seat for seat in all_seats if seat.user_id in found)


def _seller(organisation: Organisation, index: int, manager: Seat, ordinal: int) -> Seat:
    leaves = organisation.opts_out_on if ordinal == organisation.people - 1 else None
    role = f"Sales Rep - {manager.role.rpartition(' - ')[2]} {ordinal + 1}"
    return _seat(organisation, index, role, over=manager.user_id, manages=False, leaves_on=leaves)


def _second_seats(organisation: Organisation, managers: list[Seat], sellers: list[Seat]) -> list[Seat]:
    # The second role is under another manager than the first, as it is where somebody covers two regions.
    def second(seat: Seat, ordinal: int) -> Seat:
        manager = managers[(ordinal + 1) % len(managers)]
        role = f"Overlay - {manager.role.rpartition(' - ')[2]} {ordinal + 1}"
        role_id = _role_id(organisation, role)
        return Seat(seat.person, seat.name, seat.email, seat.crm_id, role_id, role, manager.user_id, manages=False)

    chosen = sellers[: organisation.second_roles] if managers else []
    return [second(seat, ordinal) for ordinal, seat in enumerate(chosen)]


def _seat(
    organisation: Organisation, index: int, role: str, *, over: str | None, manages: bool, leaves_on: date | None = None
) -> Seat:
    given = _GIVEN[(number_for(organisation.seed, "given") + index) % len(_GIVEN)]
    family = _FAMILY[(number_for(organisation.seed, "family") + index * 7 + index // 20) % len(_FAMILY)]
    person = _FIRST_PERSON + index
    crm_id = "005" + hexadecimal_for(12, organisation.seed, "crm", person).upper() + "QAU"
    email = f"user{person}@example.com"
    role_id = _role_id(organisation, role)
    return Seat(person, f"{given} {family}", email, crm_id, role_id, role, over, manages=manages, leaves_on=leaves_on)


def _role_id(organisation: Organisation, role: str) -> str:
    return "00E" + hexadecimal_for(12, organisation.seed, "role", role).upper() + "UAS"


def _region(ordinal: int) -> str:
    turn, index = divmod(ordinal, len(_REGIONS))
    return _REGIONS[index] + (f" {turn + 1}" if turn else "")
