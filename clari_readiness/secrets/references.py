"""Read a reference to a secret, and refuse everything else without repeating it: it may be the secret itself."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl

from clari_readiness.errors import SecretError
from clari_readiness.spelling import nearest

SCHEMES = ("env", "file", "aws-sm", "gcp-sm", "vault", "fixture")

_FORMS = "write a reference such as env://CLARI_API_KEY or file:///run/secrets/clari"
_SHAPE = re.compile(r"([^:/\s]{1,20})://(.*)", re.DOTALL)
_ALMOST = re.compile(r"([A-Za-z_-]{1,20}):/{0,3}(?!/)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")

_PROJECT = r"[a-z0-9.:-]+"
_NAMED = r"[A-Za-z0-9_-]{1,255}"
_KEPT: Mapping[str, tuple[re.Pattern[str], str, tuple[str, ...]]] = MappingProxyType(
    {
        "aws-sm": (
            re.compile(r"arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d+:secret:[\w/+=.@!-]+|[\w/+=.@!-]{1,512}", re.ASCII),
            "aws-sm://revops/clari#api_key, with a secret's name or ARN",
            ("region", "version_id", "version_stage"),
        ),
        "gcp-sm": (
            re.compile(
                rf"(?:{_PROJECT}/)?{_NAMED}"
                rf"|projects/{_PROJECT}/(?:locations/[a-z0-9-]+/)?secrets/{_NAMED}(?:/versions/[\w-]+)?",
                re.ASCII,
            ),
            "gcp-sm://PROJECT/clari#api_key, or projects/PROJECT/secrets/clari",
            ("version",),
        ),
        "vault": (
            re.compile(r"[^/]+(?:/[^/]+)*"),
            "vault://secret/revops/clari#api_key, as `vault kv get` has it",
            ("version", "namespace"),
        ),
    }
)
"""Scheme of a secrets manager -> what its addresses look like, how one is written, and the options it knows."""


@dataclass(frozen=True)
class Reference:
    """A reference, taken apart. `injected_by` is the secrets manager that is said to fill an environment variable.

    `field` is what follows `#`: the key of a JSON document that a secrets manager keeps; `options` what follows `?`.
    """

    text: str
    scheme: str
    target: str
    injected_by: str = ""
    field: str = ""
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)


def parse(text: str) -> Reference:
    """Take a reference apart, without looking whether it resolves.

    Raises SecretError for a literal, an unknown scheme, or a reference to nothing; the message never holds the text.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None or shape[1] not in SCHEMES:
        raise _no_reference(text)
    scheme, target = shape[1], shape[2]
    if scheme == "env":
        return _variable(text, target)
    if not text.isprintable():
        raise SecretError("the reference holds a line break or the like", way_out=_FORMS)
    if not target.strip():
        raise SecretError(f"the reference says {scheme}:// and no more", way_out=_FORMS)
    return _kept(text, scheme, target) if scheme in _KEPT else Reference(text, scheme, target)


def _no_reference(text: str) -> SecretError:
    almost = _ALMOST.match(text)
    near = nearest(almost[1].replace("_", "-"), SCHEMES) if almost else ""
    if near:
        return SecretError(f"this scheme is unknown; the nearest is {near}://", way_out=_FORMS)
    if "://" in text:
        known = ", ".join(f"{scheme}://" for scheme in SCHEMES)
        return SecretError(f"this scheme is unknown; there are {known}", way_out=_FORMS)
    return SecretError("this is no reference, and a literal key does not belong in a file", way_out=_FORMS)


def _variable(text: str, target: str) -> Reference:
    name, _, query = target.partition("?")
    if not _VARIABLE.fullmatch(name):
        raise SecretError("env:// is followed by no name of an environment variable", way_out=_FORMS)
    said = dict(parse_qsl(query, keep_blank_values=True))
    if set(said) - {"injected_by"} or (query and not said.get("injected_by", "").strip()):
        raise SecretError(
            "after the variable's name, a reference knows injected_by and nothing else",
            way_out="write env://NAME or env://NAME?injected_by=aws-secrets-manager",
        )
    return Reference(text, "env", name, said.get("injected_by", ""))


def _kept(text: str, scheme: str, rest: str) -> Reference:
    """Take apart what a secrets manager keeps: `ADDRESS?option=value#field`."""
    address, hash_sign, name = rest.partition("#")
    target, question_mark, query = address.partition("?")
    shape, example, known = _KEPT[scheme]
    way_out = f"write {example}"
    said = dict(parse_qsl(query, keep_blank_values=True))
    if "?" in name:
        raise SecretError("the field after # comes last", way_out=f"write {scheme}://ADDRESS?{known[0]}=...#FIELD")
    if not shape.fullmatch(target):
        raise SecretError(f"{scheme}:// is followed by no address of a secret", way_out=way_out)
    if set(said) - set(known) or (question_mark and not all(said.values() or [""])):
        raise SecretError(
            f"after the address, {scheme}:// knows {', '.join(known)} and nothing else",
            way_out=f"write {scheme}://ADDRESS?{known[0]}=...#FIELD",
        )
    if (hash_sign or scheme == "vault") and not name.strip():
        raise SecretError("no field is named after #", way_out=way_out)
    return Reference(text, scheme, target, field=name, options=said)
