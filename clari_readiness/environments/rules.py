"""What must hold between settings, once each of them is right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from clari_readiness.environments.environment import Environment
from clari_readiness.environments.problems import Problem, given


def broken_rules(environment: Environment, own: Mapping[str, Any], today: date) -> Iterator[Problem]:
    """Yield each rule that an environment breaks; `own` is its table as written, without `[default]`."""
    yield from _address(environment, own)
    yield from _time(environment, today)
    yield from _fingerprints(environment, own)
    if environment.live and environment.kind != "team":
        yield Problem(("live",), f"{environment.name} is a rehearsal and cannot be live; give yours another name")


def _address(environment: Environment, own: Mapping[str, Any]) -> Iterator[Problem]:
    if environment.kind == "simulated":
        for key in ("base_url", "gateway"):
            if given(own, ("api", key)):
                yield Problem(("api", key), "does not belong here: the simulator itself says where it listens")
    elif environment.api.base_url is None:
        text = f'missing; profile {environment.api.profile} is at "{environment.documented_url}"'
        yield Problem(("api", "base_url"), text)


def _time(environment: Environment, today: date) -> Iterator[Problem]:
    if environment.retention_quarters <= environment.history_quarters:
        needed = environment.history_quarters + 1
        yield Problem(("retention_quarters",), f"expected at least {needed}: the current quarter and history_quarters")
    rotation = environment.key_rotation
    tomorrow = today + timedelta(days=1)  # which it already is in half of the world
    # rehearsals have clocks of their own, and say the same whatever the machine's says
    if rotation and environment.kind == "team" and rotation.rotated_on > tomorrow:
        yield Problem(("key_rotation", "rotated_on"), "is in the future; it is the day of the last rotation")


def _fingerprints(environment: Environment, own: Mapping[str, Any]) -> Iterator[Problem]:
    if given(own, ("fingerprint_salt",)):
        yield Problem(("fingerprint_salt",), "belongs in [default]: only under one salt can tokens be compared")
    elif environment.key_fingerprint and environment.fingerprint_salt is None:
        yield Problem(("key_fingerprint",), "needs fingerprint_salt in [default]")
