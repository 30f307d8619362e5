"""The key that seals a run's reports."""

from __future__ import annotations

from clari_readiness.errors import SecretError
from clari_readiness.gate.readiness import Readiness
from clari_readiness.secrets import Secret


def seal_key(readiness: Readiness) -> tuple[Secret | None, tuple[str, ...]]:
    """Return the key that seals reports, and a warning when it is named and does not resolve."""
    reference = readiness.environment.report.seal_key
    if reference is None:
        return None, ()
    try:
        return readiness.environment.resolve(reference), ()
    except SecretError as error:
        return None, (f"the report is sealed without a key: {error.message}",)
