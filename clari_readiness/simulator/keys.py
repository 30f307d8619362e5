"""Who a request comes from: the accepted API keys, and how to speak of a key without showing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from urllib.parse import quote

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator.organisation.chance import hexadecimal_for
from clari_readiness.simulator.organisation.settings import ApiUser, Organisation

BEARER_PROFILE = "v1"
_SHORTEST_SECRET = 8


class Keys:
    """The accepted keys and whose they are. Without `keys` each user has one that follows from the seed."""

    def __init__(self, organisation: Organisation, *, key: str | None = None, keys: Mapping[str, int] | None = None):
        users = {user.user_id: user for user in organisation.users}
        owners = dict(keys) if keys is not None else {_default(organisation, user): user for user in users}
        if key is not None:
            exporter = organisation.users[0].user_id
            owners = {kept: owner for kept, owner in owners.items() if owner != exporter} | {key: exporter}
        if unknown := sorted(owner for owner in owners.values() if owner not in users):
            raise ReadinessError(f"a key belongs to user {unknown[0]}, whom the organisation does not have")
        if not all(owners):
            raise ReadinessError("an API key of the simulator is empty", way_out="leave it out for one of its own")
        self._users = {accepted: users[owner] for accepted, owner in owners.items()}

    def __repr__(self) -> str:
        return f"<keys of {len(self._users)} users>"

    def user(self, key: str | None) -> ApiUser | None:
        """Return whose key it is, or None for a key that is not accepted."""
        user = self._users.get(key) if key else None
        return user if user and user.active else None

    def of(self, user_id: int) -> str:
        """Return a key of this user; raises ReadinessError when there is none."""
        for key, user in self._users.items():
            if user.user_id == user_id:
                return key
        raise ReadinessError(f"no key of the simulator belongs to user {user_id}")

    def named(self, key: str | None) -> str | int | None:
        """Return what the journal says of a key: whose it is, or a hash, or None when none was sent."""
        if not key:
            return None
        user = self._users.get(key)
        return user.user_id if user else f"sha256:{sha256(key.encode()).hexdigest()}"

    def hidden(self, text: str, *, sent: str | None = None) -> str:
        """Return the text without any accepted key, and without the one that was sent."""
        # A short text that was sent as a key would be found everywhere, and is nobody's secret.
        unknown = [sent] if sent and len(sent) >= _SHORTEST_SECRET else []
        for key in _longest_first([*self._users, *unknown]):
            for shape in (key, quote(key, safe="")):
                text = text.replace(shape, f"[key {self.named(key)}]")
        return text


def sent_key(headers: Mapping[str, str], profile: str) -> str | None:
    """Return the key that a request carries in the manner of its profile (F1, F2); header names in lower case."""
    if profile != BEARER_PROFILE:
        return headers.get("apikey")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def any_key(headers: Mapping[str, str]) -> str | None:
    """Return the key that a request carries in either manner."""
    return sent_key(headers, "v4") or sent_key(headers, BEARER_PROFILE)


def _default(organisation: Organisation, user_id: int) -> str:
    return "simulator-" + hexadecimal_for(40, organisation.seed, "key", user_id)


def _longest_first(keys: Iterable[str]) -> list[str]:
    return sorted(set(keys), key=len, reverse=True)
