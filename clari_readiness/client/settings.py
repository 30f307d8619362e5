"""A client as the settings want it."""

from __future__ import annotations

from random import Random

from clari_readiness.client.client import ClariClient, connect
from clari_readiness.client.transport import Observer
from clari_readiness.environments import Environment
from clari_readiness.model.time import Clock


def connect_to(environment: Environment, *, clock: Clock, on_exchange: Observer | None = None) -> ClariClient:
    """Return a client of the environment's address, with its key. Nothing is sent yet.

    Raises SecretError when the key's reference does not resolve, NotVerified while the simulator does not run.
    """
    api = environment.api
    return connect(
        base_url=environment.endpoint,
        key=environment.secret().reveal(),
        profile=api.profile,
        clock=clock,
        random=Random(),  # noqa: S311 - jitter is not cryptography
        ca_file=None if api.ca_file is None else environment.base / api.ca_file,
        on_exchange=on_exchange,
    )
