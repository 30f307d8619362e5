"""Compare tokens without keeping them (AUTH-04)."""

from __future__ import annotations

import hashlib
import hmac

from clari_readiness.secrets.secret import Secret


def fingerprint(secret: Secret, salt: str) -> str:
    """Return the HMAC-SHA-256 of the token under the salt, in hexadecimal.

    The same salt must be used wherever fingerprints are to be compared. It need not be secret: a token is too random
    to be guessed, and the salt keeps its fingerprint from being looked up in somebody else's list.
    """
    return hmac.new(salt.encode(), secret.reveal().encode(), hashlib.sha256).hexdigest()
