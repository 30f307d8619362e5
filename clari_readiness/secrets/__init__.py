"""Where keys come from: references instead of literals, values that do not show themselves, keyed fingerprints."""

from clari_readiness.secrets.custody import MANAGERS, Custody, is_secrets_manager
from clari_readiness.secrets.fingerprints import fingerprint
from clari_readiness.secrets.fixtures import fixture_key
from clari_readiness.secrets.references import SCHEMES, Reference, parse
from clari_readiness.secrets.resolving import resolve
from clari_readiness.secrets.secret import Secret

__all__ = [
    "MANAGERS",
    "SCHEMES",
    "Custody",
    "Reference",
    "Secret",
    "fingerprint",
    "fixture_key",
    "is_secrets_manager",
    "parse",
    "resolve",
]
