"""A message on its way to one destination, through Apprise."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Protocol

from clari_readiness.alerts.wording import Message, one_line
from clari_readiness.environments import Destination, secrets_of
from clari_readiness.redact import Redactor

PATIENCE = 30.0
"""How long, in seconds, a destination may take for one message."""

_TYPES = {"critical": "failure", "warning": "warning", "recovered": "success", "drill": "info"}
_TOLD_QUIETLY = "Socket Exception: "  # the reason why mail could not be sent is told to those who debug only


class Post(Protocol):
    """What takes a message to a destination."""

    def __call__(self, destination: Destination, message: Message) -> str:
        """Send it, and return why it was not accepted; an empty text when it was."""
        ...


def post(destination: Destination, message: Message) -> str:
    """Send a message through Apprise, and return why it was not accepted, without secrets; empty when it was.

    Redirects are not followed: an address is a secret, and belongs to one server.
    """
    if destination.url is None:
        return destination.problem
    with _quietly() as apprise:
        sender = apprise.Apprise(asset=_asset(apprise))
        if not sender.add(destination.url.reveal()):
            return "Apprise does not take this address: see its documentation for how such a one is written"
        result = sender.notify(
            body=message.body,
            title=message.title,
            notify_type=apprise.NotifyType(_TYPES[message.urgency]),
            body_format=apprise.NotifyFormat.TEXT,
            log_level=logging.DEBUG,
        )
    return "" if result else _reason(destination, result)


def _asset(apprise: ModuleType) -> Any:
    return apprise.AppriseAsset(
        app_id="clari-readiness",
        app_desc="clari-readiness",
        async_mode=False,
        http_redirects=False,
        image_url_mask="",
        image_url_logo="",
        interpret_emojis=False,
        interpret_escapes=False,
        service_timeout=PATIENCE,
    )


def _reason(destination: Destination, result: Any) -> str:
    """Return what Apprise says about a failure, which may repeat parts of the address."""
    said = [
        entry.message.removeprefix(_TOLD_QUIETLY)
        for entry in result.logs()
        if entry.level in ("WARNING", "ERROR", "CRITICAL") or entry.message.startswith(_TOLD_QUIETLY)
    ]
    told = "; ".join(dict.fromkeys(said)) or "it was not accepted, and Apprise does not say why"
    return one_line(Redactor(secrets_of(destination)).text(told))


@contextmanager
def _quietly() -> Iterator[ModuleType]:
    """Import Apprise, which takes a while, and keep what is logged meanwhile from everybody but us.

    Of the two that speak, urllib3 names whole addresses to those who debug.
    """
    with warnings.catch_warnings(), _apart("apprise"), _apart("urllib3"):
        warnings.simplefilter("ignore", DeprecationWarning)  # it looks whether imghdr is there
        import apprise  # noqa: PLC0415 - only who sends needs it

        yield apprise


@contextmanager
def _apart(name: str) -> Iterator[None]:
    """Keep a logger's records to its own handlers, all levels of them."""
    logger, nobody = logging.getLogger(name), logging.NullHandler()
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(nobody)
    try:
        yield
    finally:
        logger.removeHandler(nobody)
        logger.setLevel(level)
        logger.propagate = propagate
