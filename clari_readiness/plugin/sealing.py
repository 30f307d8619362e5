"""What a run needs for its reports besides its findings: the key that seals them, and which exporter was judged."""

from __future__ import annotations

from clari_readiness.environments import Environment
from clari_readiness.errors import ReadinessError, SecretError
from clari_readiness.gate.readiness import Readiness
from clari_readiness.secrets import Secret
from clari_readiness.trial import exporter_version as version_of_exporter


def seal_key(readiness: Readiness) -> tuple[Secret | None, tuple[str, ...]]:
    """Return the key that seals reports, and a warning when it is named and does not resolve."""
    reference = readiness.environment.report.seal_key
    if reference is None:
        return None, ()
    try:
        return readiness.environment.resolve(reference), ()
    except SecretError as error:
        return None, (f"the report is sealed without a key: {error.message}",)


def exporter_version(environment: Environment) -> str:
    """Return the version of the exporter that is judged, empty where nobody knows it."""
    try:
        return version_of_exporter(environment)
    except ReadinessError:
        return ""
