"""From what a secrets manager keeps to the one value that a reference means."""

from __future__ import annotations

import json
from typing import Any

from clari_readiness.errors import SecretError
from clari_readiness.secrets.references import Reference
from clari_readiness.secrets.secret import Secret
from clari_readiness.spelling import nearest


def chosen(content: bytes, reference: Reference, where: str) -> Secret:
    """Return the field that the reference names, or all of the content where it names none.

    Line breaks at the end of a whole content go, as those of a file do: `echo KEY | gcloud secrets create` leaves one.
    Raises SecretError, which never holds the content.
    """
    text = _text(content, where)
    document = _document(text)
    if reference.field:
        where = f"field {reference.field} of {where}"
        return Secret(_field(document, reference, where), reference=reference.text, where=where)
    if document is not None:
        raise SecretError(f"{where} is a JSON document", way_out="name the field that holds the key: ...#api_key")
    return Secret(text.rstrip("\r\n"), reference=reference.text, where=where)


def _text(content: bytes, where: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SecretError(f"{where} is binary, and a key is text", way_out="store the key as text")
    return text


def _document(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _field(document: dict[str, Any] | None, reference: Reference, where: str) -> str:
    if document is None:
        raise SecretError(
            f"{where} cannot be read: the secret is no JSON object", way_out="leave #FIELD out, or store an object"
        )
    if reference.field not in document:
        near = nearest(reference.field, document)
        way_out = f"its nearest field is {near}" if near else f"it has {len(document)} fields, none like it"
        raise SecretError(f"{where} is missing", way_out=way_out)
    value = document[reference.field]
    if not isinstance(value, str):
        raise SecretError(f"{where} is no text", way_out="store the key as a string")
    return value
