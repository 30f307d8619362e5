"""Ask a service for as long as one is willing to wait, and let its SDK write no log of the answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from clari_readiness.errors import SecretError

PATIENCE = 10.0
"""For how many seconds a secrets manager is waited for: names, credentials, and every attempt of its SDK together."""

_TALKATIVE = ("botocore", "boto3", "google", "hvac", "urllib3", "requests")

Answer = TypeVar("Answer")


def in_time(question: Callable[[], Answer], *, name: str, seconds: float) -> Answer:
    """Return the answer to a question, or raise what it raised; SecretError when it takes longer.

    SDKs bound each read, not the whole: looking up a name, or a metadata service that is not there, is in no time-out
    of theirs. What is still waiting is left behind in a thread that ends with the process.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            answers.append(question())
        except BaseException as error:  # noqa: BLE001 - it is raised below, where somebody waits for it
            errors.append(error)

    thread = threading.Thread(target=ask, name=f"ask {name}", daemon=True)
    with _in_silence():
        thread.start()
        thread.join(seconds)
    if errors:
        raise errors[0] from None
    if not answers:
        raise SecretError(f"{name} did not answer within {seconds:g} s", way_out="look at the network, or a proxy")
    return answers[0]


@contextmanager
def _in_silence() -> Iterator[None]:
    """Keep SDKs from logging: at the level DEBUG some write down the answer, with the secret in it."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
