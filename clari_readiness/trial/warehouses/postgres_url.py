"""The URL of a PostgreSQL server: with another database, whole, and what in it is secret."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from clari_readiness.errors import SettingsError

_PORT = "5432"
_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})
_WHO_AND_WHERE = frozenset({"user", "password", "host", "hostaddr", "port", "dbname", "service", "passfile"})
_SECRET = ("password", "sslpassword")


def require_readable(url: str) -> None:
    """Raise SettingsError for a URL that PostgreSQL does not read. It is not repeated."""
    try:
        _said(url)
    except psycopg.ProgrammingError:  # what it says repeats parts of the URL
        failure = SettingsError(
            "the URL of the trial's warehouse is not one that PostgreSQL reads",
            way_out="write it like postgresql://user@host:5432/postgres, special characters as %40 and the like",
        )
    else:
        return
    raise failure  # out here, so that no traceback chains back to the URL


def url_of(url: str, info: psycopg.ConnectionInfo, database: str) -> str:
    """Return the URL of another database of a server, for somebody who has nothing but this URL.

    Who and where is what `info` says of the session, since PGPASSWORD, PGHOST and a password file are not handed on.
    """
    options = {name: value for name, value in _said(url).items() if name not in _WHO_AND_WHERE}
    where = f"[{info.host}]:{info.port}" if ":" in info.host else f"{info.host}:{info.port}"
    if info.host.startswith("/"):
        where, options = "", {"host": info.host, "port": str(info.port), **options}
    user = quote(info.user, safe="") + (f":{quote(info.password, safe='')}" if info.password else "")
    query = "&".join(f"{name}={quote(value, safe='/')}" for name, value in options.items())
    return f"postgresql://{user}@{where}/{database}" + (f"?{query}" if query else "")


def secrets_in(url: str) -> tuple[str, ...]:
    """Return each secret of a URL."""
    return tuple(value for name, value in _said(url).items() if name in _SECRET and value)


def same_database(one: str, other: str) -> bool:
    """Tell whether two URLs name one database: by host, port and name, as they are written."""
    try:
        return not set(_places(one)).isdisjoint(_places(other))
    except psycopg.ProgrammingError:  # what cannot be read cannot be connected with either
        return False


def _places(url: str) -> Iterator[tuple[str, str, str]]:
    """Yield host, port and database of a URL, which may name several hosts; this machine has one name."""
    said = _said(url)
    hosts = said.get("host", said.get("hostaddr", "")).lower().split(",")
    ports = said.get("port", _PORT).split(",")
    for host, port in zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=False):
        yield "" if host in _HERE else host, port or _PORT, said.get("dbname", said.get("user", ""))


def _said(url: str) -> dict[str, str]:
    return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
