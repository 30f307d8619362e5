"""What a `snowflake://` URL says: the account, who is there, and what a session of theirs uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from clari_readiness.errors import WarehouseError

_OPTIONS = MappingProxyType(
    {
        **dict.fromkeys(("warehouse", "role", "authenticator", "token", "private_key_file_pwd"), str),
        **dict.fromkeys(("private_key_file", "token_file_path"), Path),
        **dict.fromkeys(("host", "protocol"), str),
        "port": int,
    }
)
"""What may stand behind the question mark, as the connector calls it, and how it is read."""

_WRITTEN = "write it like snowflake://user@account/database/schema?warehouse=...&role=..., special characters as %40"


@dataclass(frozen=True)
class Address:
    """Where a session is to be: `name` is what may be shown of it, `options` what the connector takes."""

    name: str
    options: Mapping[str, Any] = field(repr=False)


def address_of(url: str, base: Path) -> Address:
    """Take a URL apart; files in it start at `base`. A WarehouseError says what is wrong, and repeats no value."""
    try:
        parts = urlsplit(url)
        user, password, account = parts.username, parts.password, parts.netloc.rpartition("@")[2]
        said = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        options = {name: _read(name, value, base) for name, value in said}
    except ValueError:  # its text repeats parts of the URL
        account = user = ""
    if not (account and user):
        raise WarehouseError("the warehouse's url is not one that Snowflake reads", way_out=_WRITTEN)
    database, _, schema = (unquote(part) for part in parts.path.strip("/").partition("/"))
    given = {
        "account": unquote(account),
        "user": unquote(user),
        "password": None if password is None else unquote(password),
        "database": database or None,
        "schema": schema or None,
        **options,
    }
    place = "/".join(filter(None, (account, database, schema)))
    return Address(f"snowflake://{place}", {name: value for name, value in given.items() if value is not None})


def _read(name: str, value: str, base: Path) -> Any:
    if name not in _OPTIONS:
        raise WarehouseError(
            f"the warehouse's url says {name[:40]!r}, which no session of Snowflake's is opened with",
            way_out=f"it may say {', '.join(_OPTIONS)}",
        )
    if _OPTIONS[name] is Path:
        return str(base / value)
    return _OPTIONS[name](value)
