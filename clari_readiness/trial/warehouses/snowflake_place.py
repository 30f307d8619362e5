"""The URL of a Snowflake account: with another database, whole, and what in it is secret."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from clari_readiness.errors import SettingsError, WarehouseError
from clari_readiness.warehouse.engines.snowflake_url import Address, address_of

_IN_FRONT = ("account", "user", "password", "database", "schema")
_SECRET = ("password", "token", "private_key_file_pwd")


def readable(url: str, base: Path) -> Address:
    """Return what a URL says, or raise SettingsError, which does not repeat it."""
    try:
        return address_of(url, base)
    except WarehouseError as error:
        message = error.message.replace("the warehouse's url", "the URL of the trial's warehouse")
        raise SettingsError(message, way_out=error.way_out) from None


def url_of(address: Address, database: str) -> str:
    """Return the URL of another database of the account, for somebody who is elsewhere: files are named whole."""
    said = {name: quote(str(value), safe="") for name, value in address.options.items()}
    password = f":{said['password']}" if "password" in said else ""
    query = "&".join(f"{name}={value}" for name, value in said.items() if name not in _IN_FRONT)
    where = f"snowflake://{said['user']}{password}@{said['account']}/{database}/PUBLIC"
    return where + (f"?{query}" if query else "")


def secrets_in(url: str) -> tuple[str, ...]:
    """Return each secret of a URL."""
    options = address_of(url, Path()).options
    return tuple(str(options[name]) for name in _SECRET if options.get(name))


def same_database(one: str, other: str, base: Path) -> bool:
    """Tell whether two URLs name one database of one account, as they are written. Raises WarehouseError."""
    places = [address_of(url, base).options for url in (one, other)]
    first, second = ((str(each["account"]).lower(), str(each.get("database", "")).upper()) for each in places)
    return bool(first[1]) and first == second
