"""Alerts, as the settings want them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from clari_readiness.alerts.delivering import Deliveries
from clari_readiness.alerts.posting import Post, post
from clari_readiness.environments import Environment, secrets_of
from clari_readiness.errors import NotVerified, SecretError
from clari_readiness.model.alarms import Alarm, Watched
from clari_readiness.model.time import Clock, SystemClock
from clari_readiness.redact import Redactor
from clari_readiness.warehouse import AlertStore


def deliver(
    environment: Environment,
    alarms: Iterable[Alarm],
    topics: Iterable[str],
    *,
    clock: Clock | None = None,
    post: Post = post,
) -> tuple[str, ...]:
    """Tell the environment's destinations what a run has raised, and what of its topics is over.

    Returns a line for each destination that did not accept all of it, for the terminal. Nothing is sent where
    `alerts.to` is empty, and in `recorded`.
    Raises WarehouseError when our own records are taken away while it sends.
    """
    if not environment.alerts.to or environment.kind == "recorded":
        return ()
    deliveries = deliveries_of(environment, clock=clock, post=post)
    return deliveries.deliver(Watched(frozenset(topics), tuple(alarms)))


def deliveries_of(environment: Environment, *, clock: Clock | None = None, post: Post = post) -> Deliveries:
    """Return what takes alarms to the environment's destinations."""
    destinations = environment.destinations()
    addresses = [secret for each in destinations for secret in secrets_of(each)]
    return Deliveries(
        environment=environment.name,
        destinations=destinations,
        store=store_of(environment),
        post=post,
        clock=clock or clock_of(environment),
        redactor=Redactor([*_key(environment), *addresses]),
    )


def store_of(environment: Environment) -> AlertStore:
    """Return what the suite remembers of an environment's alerts."""
    return AlertStore(environment.state_path, SystemClock())


def clock_of(environment: Environment) -> Clock:
    """Return the environment's clock; the machine's while the simulator was never started."""
    try:
        return environment.clock()
    except NotVerified:
        return SystemClock()


def link_of(environment: Environment, record: Path | None = None) -> str:
    """Return where to read on: the team's dashboard, or a file that the run has left behind."""
    if environment.dashboard is not None and environment.dashboard.url:
        return environment.dashboard.url
    return "" if record is None else str(record)


def _key(environment: Environment) -> list[str]:
    try:
        return [environment.secret().reveal()]
    except SecretError:
        return []
