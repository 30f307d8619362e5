"""Google Secret Manager, with the application default credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping

import google.auth
from google.api_core import exceptions as answered
from google.auth import exceptions as credentials
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from requests import exceptions as network

from clari_readiness.errors import SecretError
from clari_readiness.secrets.references import Reference

_NAME = "Google Secret Manager"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_ENDPOINT = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"
"""The variable with which gcloud is sent to another address, such as a Private Service Connect endpoint."""

_ROLE = "give this account the role Secret Manager Secret Accessor on it"
_RENEW = "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"


def read(reference: Reference, environ: Mapping[str, str], patience: float) -> bytes:
    """Return the content of a secret's version, the latest unless one is named. Raises SecretError."""
    where = f"secret {reference.target} in {_NAME}"
    try:
        return _asked(reference, environ, patience)
    except answered.GoogleAPICallError as error:
        raise _refused(error, where) from None
    except (credentials.TransportError, network.RequestException) as error:
        way_out = "look at the network, and the proxy"
        raise SecretError(f"{_NAME} could not be reached ({type(error).__name__})", way_out=way_out) from None
    except (credentials.GoogleAuthError, OSError, ValueError) as error:
        text = f"no usable credentials for Google Cloud ({type(error).__name__})"
        raise SecretError(text, way_out=_RENEW) from None


def _asked(reference: Reference, environ: Mapping[str, str], patience: float) -> bytes:
    found, project = google.auth.default(scopes=[_SCOPE])
    name = _name(reference, environ.get("GOOGLE_CLOUD_PROJECT") or project or "")
    endpoint = environ.get(_ENDPOINT, "").rstrip("/") or _regional(name)
    client = SecretManagerServiceClient(
        credentials=found, transport="rest", client_options={"api_endpoint": endpoint} if endpoint else None
    )
    with client:
        answer = client.access_secret_version(name=name, timeout=patience, retry=None)
    return bytes(answer.payload.data)


def _name(reference: Reference, project: str) -> str:
    """Return the full name of a version, of whichever short form the reference has."""
    target, version = reference.target, reference.options.get("version", "latest")
    if not target.startswith("projects/"):
        named, _, secret = target.rpartition("/")
        if not (named or project):
            raise SecretError(
                f"no project is named for secret {secret} in {_NAME}", way_out="write gcp-sm://PROJECT/SECRET"
            )
        target = f"projects/{named or project}/secrets/{secret}"
    return target if "/versions/" in target else f"{target}/versions/{version}"


def _regional(name: str) -> str:
    """Return the address of a secret that is kept in one region, which the global one does not know."""
    location = re.search(r"/locations/([^/]+)/", name)
    return f"secretmanager.{location[1]}.rep.googleapis.com" if location else ""


def _refused(error: answered.GoogleAPICallError, where: str) -> SecretError:
    match error:
        case answered.NotFound():
            return SecretError(f"{where} or its version does not exist", way_out="correct the project, name or version")
        case answered.Unauthorized():
            return SecretError(f"{_NAME} does not accept the credentials (401)", way_out=_RENEW)
        case answered.Forbidden():
            return SecretError(f"{where} may not be read", way_out=_ROLE)
        case answered.BadRequest():
            return SecretError(f"{where} has that version disabled or destroyed", way_out="enable it, or name another")
        case _:
            return SecretError(f"{_NAME} could not answer ({error.code})", way_out="try again later")
