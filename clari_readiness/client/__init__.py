"""The client of the Clari Revenue API: retry over breaker over HTTP, under one small public class."""

from clari_readiness.client.answers import AuditPage
from clari_readiness.client.client import ClariClient, connect
from clari_readiness.client.settings import connect_to
from clari_readiness.client.transport import Deadline, Exchange, Observer, Request, Response, Transport
from clari_readiness.client.wire import Profile

__all__ = [
    "AuditPage",
    "ClariClient",
    "Deadline",
    "Exchange",
    "Observer",
    "Profile",
    "Request",
    "Response",
    "Transport",
    "connect",
    "connect_to",
]
