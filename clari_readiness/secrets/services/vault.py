"""HashiCorp Vault, addressed and signed in to with the variables of its command line (VAULT_ADDR, VAULT_TOKEN, ...)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hvac
from hvac import exceptions as answered
from requests import exceptions as network

from clari_readiness.errors import SecretError
from clari_readiness.secrets.references import Reference

_WAY_IN = "vault login, or set VAULT_TOKEN"


def read(reference: Reference, environ: Mapping[str, str], patience: float) -> bytes:
    """Return the secret at a path as JSON, from a key-value engine of either version. Raises SecretError."""
    client = _client(reference, environ, patience)
    where = f"secret {reference.target} in Vault"
    try:
        found = _secret(client, reference, where)
    except (answered.Unauthorized, answered.Forbidden):
        text = f"{where} may not be read, or the token has expired, or nothing is mounted there"
        raise SecretError(text, way_out="allow its policy to read the path (`vault token capabilities`)") from None
    except answered.InvalidPath:
        way_out = "correct the version, or the path, which is that of `vault kv get`, without data/"
        raise SecretError(f"{where} does not exist, or was deleted", way_out=way_out) from None
    except answered.VaultError as error:
        raise SecretError(f"Vault could not answer ({type(error).__name__})", way_out="is it sealed?") from None
    except network.SSLError:
        raise SecretError("Vault could not be reached over TLS", way_out="look at VAULT_CACERT") from None
    except (network.RequestException, ValueError) as error:
        text = f"Vault could not be reached ({type(error).__name__})"
        raise SecretError(text, way_out="look at VAULT_ADDR, the network, and the proxy") from None
    return json.dumps(found).encode()


def _client(reference: Reference, environ: Mapping[str, str], patience: float) -> hvac.Client:
    address, token = environ.get("VAULT_ADDR", ""), _token(environ)
    if not address:
        raise SecretError("VAULT_ADDR is not set", way_out="set it to Vault's address, such as https://vault:8200")
    if not (token.isascii() and token.isprintable() and token):
        raise SecretError("no usable token for Vault", way_out=_WAY_IN)
    pair = environ.get("VAULT_CLIENT_CERT"), environ.get("VAULT_CLIENT_KEY")
    return hvac.Client(
        url=address,
        token=token,
        namespace=reference.options.get("namespace") or environ.get("VAULT_NAMESPACE") or None,
        verify=environ.get("VAULT_CACERT") or environ.get("VAULT_CAPATH") or True,
        cert=pair if all(pair) else None,
        timeout=patience,
        allow_redirects=False,  # the token is a header of Vault's own, which would go along to another host
    )


def _token(environ: Mapping[str, str]) -> str:
    """Return the token of the environment, or the one that `vault login` left behind."""
    if environ.get("VAULT_TOKEN") or not environ.get("HOME"):
        return environ.get("VAULT_TOKEN", "").strip()
    try:
        return Path(environ["HOME"], ".vault-token").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _secret(client: hvac.Client, reference: Reference, where: str) -> Mapping[str, Any]:
    """Return what lies at a path; Vault says, as it does to its CLI, which part is the mount, and of which version."""
    mounted = _data(client.adapter.get(f"/v1/sys/internal/ui/mounts/{reference.target}"), where)
    mount = str(mounted.get("path", "")).strip("/")
    path = reference.target.removeprefix(mount).strip("/")
    if (mounted.get("options") or {}).get("version") != "2":
        return _data(client.adapter.get(f"/v1/{mount}/{path}"), where)
    version = {"version": reference.options["version"]} if "version" in reference.options else {}
    data = _data(client.adapter.get(f"/v1/{mount}/data/{path}", params=version), where).get("data")
    return _mapping(data, where)


def _data(answer: Any, where: str) -> Mapping[str, Any]:
    return _mapping(answer.get("data") if isinstance(answer, dict) else None, where)


def _mapping(data: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        way_out = "let VAULT_ADDR name Vault itself: redirects are not followed, since the token would go along"
        raise SecretError(f"what answered for {where} is no secret of Vault's", way_out=way_out)
    return data
