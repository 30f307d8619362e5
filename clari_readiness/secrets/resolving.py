"""Turn a reference into the secret it names, or say in one line why that fails and how to set it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clari_readiness.errors import SecretError
from clari_readiness.secrets.references import Reference, parse
from clari_readiness.secrets.secret import Secret
from clari_readiness.secrets.services import PATIENCE, kept

_LARGEST = 64 * 1024


def resolve(
    reference: str,
    *,
    environ: Mapping[str, str],
    base: Path,
    fixtures: Mapping[str, str],
    patience: float = PATIENCE,
) -> Secret:
    """Return the secret that a reference names.

    `environ` is where `env://` looks, `base` the directory that a relative `file://` starts at, `fixtures` what
    `fixture://` knows, `patience` for how many seconds a secrets manager is waited for. Raises SecretError for anything
    that does not end in one non-empty value on one line, which is all that an HTTP header can carry; its message holds
    neither the value nor a literal that was given instead.
    """
    parsed = parse(reference)
    match parsed.scheme:
        case "env":
            return _from_environment(parsed, environ)
        case "file":
            return _from_file(parsed, _path(parsed, environ, base))
        case "fixture":
            return _from_fixtures(parsed, fixtures)
        case _:
            return _usable(kept(parsed, environ=environ, patience=patience), "store the key there, and nothing else")


def _from_environment(reference: Reference, environ: Mapping[str, str]) -> Secret:
    name = reference.target
    # Conventional names only: in lower case, somebody may have written the key itself behind env://
    shown = f"environment variable {name}" if name.isupper() else "environment variable named by the reference"
    way_out = f"set it: export {name if name.isupper() else 'NAME'}=..."
    if name not in environ:
        raise SecretError(f"{shown} is not set", way_out=way_out)
    return _usable(Secret(environ[name], reference=reference.text, where=f"environment variable {name}"), way_out)


def _from_file(reference: Reference, path: Path) -> Secret:
    way_out = f"write the key into it: install -m 600 /dev/stdin {path}"
    try:
        if not path.exists():
            raise SecretError(f"file {path} does not exist", way_out=way_out)
        if not path.is_file():
            raise SecretError(f"{path} is not a file", way_out="let the reference name the file that holds the key")
        if path.stat().st_size > _LARGEST:
            raise SecretError(f"file {path} is too large to be a key", way_out="let it hold the key and nothing else")
        raw, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise SecretError(
            f"file {path} cannot be read: {error.strerror}", way_out="give this user the right to read it"
        ) from None
    open_to = "the group" if mode & 0o040 else ""
    open_to = "everybody" if mode & 0o004 else open_to
    where = f"file {path}" + (f", which {open_to} may read" if open_to else "")
    return _usable(Secret(_decoded(raw), reference=reference.text, where=where), way_out)


def _path(reference: Reference, environ: Mapping[str, str], base: Path) -> Path:
    home, target = environ.get("HOME"), reference.target
    return Path(home, target[2:]) if target.startswith("~/") and home else base / target


def _decoded(raw: bytes) -> str:
    text = raw.decode("utf-8-sig", errors="replace").rstrip("\r\n")
    return text if text.strip() else ""


def _from_fixtures(reference: Reference, fixtures: Mapping[str, str]) -> Secret:
    if reference.target not in fixtures:
        known = ", ".join(f"fixture://{name}" for name in fixtures) or "none here"
        raise SecretError(f"there is no such fixture; known are {known}", way_out="name one of them, or use env://")
    where = f"fixture {reference.target}, which is no real key"
    return _usable(Secret(fixtures[reference.target], reference=reference.text, where=where), "")


def _usable(secret: Secret, way_out: str) -> Secret:
    """Return the secret, or say what is wrong with it; it arrives wrapped, so that no traceback shows it."""
    if not secret.reveal().strip():
        raise SecretError(f"{secret.where} is empty", way_out=way_out)
    if secret.reveal() != secret.reveal().strip():
        raise SecretError(f"the value of {secret.where} begins or ends with white space", way_out="take it away")
    if not (secret.reveal().isascii() and secret.reveal().isprintable()):
        raise SecretError(
            f"the value of {secret.where} holds a line break or another character that no HTTP header can carry",
            way_out="let it hold the key and nothing else",
        )
    return secret
