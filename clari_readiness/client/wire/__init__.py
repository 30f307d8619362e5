"""The wire: everything that knows httpx, so that a successor of it changes nothing above (`libraries.md`)."""

from clari_readiness.client.wire.http import HTTP, Patience
from clari_readiness.client.wire.key import Profile
from clari_readiness.client.wire.network import is_loopback
from clari_readiness.client.wire.status import status_of

__all__ = ["HTTP", "Patience", "Profile", "is_loopback", "status_of"]
