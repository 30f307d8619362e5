"""The wire: everything that knows httpx, so that a successor of it changes nothing above (`libraries.md`)."""

from clari_readiness.client.wire.http import HTTP, Patience
from clari_readiness.client.wire.key import Profile

__all__ = ["HTTP", "Patience", "Profile"]
