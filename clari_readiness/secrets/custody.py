"""Whether a reference leads to a secrets manager (AUTH-01)."""

from __future__ import annotations

from dataclasses import dataclass

from clari_readiness.secrets.references import Reference, parse

_MANAGERS = {"aws-sm": "AWS Secrets Manager", "gcp-sm": "Google Secret Manager", "vault": "HashiCorp Vault"}
MANAGERS = tuple(f"{scheme}://" for scheme in _MANAGERS)
"""How a reference begins that a secrets manager is asked for, over the network."""


@dataclass(frozen=True)
class Custody:
    """Who keeps a secret, in words; true when that is a secrets manager.

    `declared` is true when only the reference says so, which nobody can observe.
    """

    managed: bool
    declared: bool
    keeper: str

    def __bool__(self) -> bool:
        return self.managed


def is_secrets_manager(reference: str, environment_kind: str) -> Custody:
    """Return who keeps the secret of a reference in an environment that is "recorded", "simulated" or "team".

    Raises SecretError as `parse` does.
    """
    return _custody(parse(reference), environment_kind)


def _custody(reference: Reference, environment_kind: str) -> Custody:
    match reference.scheme:
        case "env" if reference.injected_by:
            keeper = f"{reference.injected_by}, which injects the environment variable {reference.target}"
            return Custody(managed=True, declared=True, keeper=keeper)
        case "env":
            keeper = f"the environment variable {reference.target}, and nothing says what fills it"
            return Custody(managed=False, declared=False, keeper=keeper)
        case "file":
            return Custody(managed=False, declared=False, keeper="a file")
        case "fixture":
            rehearsal = environment_kind in ("recorded", "simulated")
            keeper = "a fixture, which stands for a secrets manager" if rehearsal else "a fixture, which is no real key"
            return Custody(managed=rehearsal, declared=False, keeper=keeper)
        case scheme:
            return Custody(managed=True, declared=False, keeper=_MANAGERS[scheme])
