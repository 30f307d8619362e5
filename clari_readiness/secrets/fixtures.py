"""Keys of environments that have no real one, derived, so that no file holds them."""

from __future__ import annotations

import hashlib


def fixture_key(name: str) -> str:
    """Return the key behind `fixture://name`: the same on every machine, and good for nothing anywhere else."""
    return "fixture-" + hashlib.sha256(b"clari-readiness " + name.encode()).hexdigest()[:40]
