"""Secrets managers, asked over the network with their own SDKs, each of which is an extra of this package."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, cast

from clari_readiness.errors import SecretError
from clari_readiness.secrets.references import Reference
from clari_readiness.secrets.secret import Secret
from clari_readiness.secrets.services.contents import chosen
from clari_readiness.secrets.services.waiting import PATIENCE, in_time

__all__ = ["PATIENCE", "kept"]

_SERVICES: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "aws-sm": ("aws", "boto3", "AWS Secrets Manager"),
        "gcp-sm": ("gcp", "google-cloud-secret-manager", "Google Secret Manager"),
        "vault": ("vault", "hvac", "Vault"),
    }
)
"""Scheme -> the module that asks, which is also the name of the extra; the SDK; what people call the service."""


class _Service(Protocol):
    def read(self, reference: Reference, environ: Mapping[str, str], patience: float) -> bytes: ...


def kept(reference: Reference, *, environ: Mapping[str, str], patience: float) -> Secret:
    """Return what a secrets manager keeps under a reference, waiting at most `patience` seconds for it.

    Raises SecretError, which holds no value, no credentials, and nothing that the service answered.
    """
    module, sdk, name = _SERVICES[reference.scheme]
    try:
        service = cast("_Service", importlib.import_module(f"{__name__}.{module}"))
    except ImportError:
        raise SecretError(
            f"{reference.scheme}:// needs {sdk}, which is not installed",
            way_out=f"pip install 'clari-readiness[{module}]'",
        ) from None
    where = f"secret {reference.target} in {name}"
    try:
        return chosen(
            in_time(lambda: service.read(reference, environ, patience), name=name, seconds=patience), reference, where
        )
    except SecretError as error:
        refused = SecretError(error.message, way_out=error.way_out)
    except Exception as error:  # noqa: BLE001 - whatever an SDK makes of it, its own words may hold what it was given
        refused = SecretError(
            f"{name} could not be asked ({type(error).__name__})", way_out="report it, if it stays so"
        )
    raise refused  # anew, and out here: the frames of the other hold the content, which a traceback could show
