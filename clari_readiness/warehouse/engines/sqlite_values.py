"""Values in SQLite: it has numbers and texts, so moments, decimals and hashes are functions of ours."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, cast

_MOMENT = "%Y-%m-%d %H:%M:%S.%f"
_DIGITS = 15
"""As many digits of a decimal number as binary floating point keeps."""

_REMEMBERED = 10_000
"""How many moments are read once and not for each row: a table has one for each export."""

_CENTS = Decimal("0.01")
_AMOUNTS = frozenset(
    ("amount", "previous", "current", "vanished_amount", "appeared_amount", "forecast", "closed", "quota")
)


@dataclass
class Functions:
    """The functions of a connection. `problem` is what the last of them could not do, which SQLite does not repeat."""

    problem: str = ""

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> Functions:
        """Teach a connection the functions, and return where they leave their problem."""
        functions = cls()
        for name, arguments, function in (
            ("clari_moment", 1, lru_cache(_REMEMBERED)(moment)),
            ("clari_decimal", 2, decimal),
            ("clari_seconds", 1, seconds),
        ):
            told_of = partial(functions._call, function)
            connection.create_function(name, arguments, told_of, deterministic=True)
        connection.create_function("clari_hash", -1, hashed, deterministic=True)  # of any number of values
        connection.create_function("md5", 1, md5, deterministic=True)
        connection.create_aggregate("clari_together", 1, cast("Any", Together))
        connection.create_aggregate("clari_content", -1, cast("Any", Content))  # it takes any number of values
        return functions

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ValueError as error:
            self.problem = str(error)
            raise


class Content:
    """Adds up the hashes of rows: the same whatever their order, and different when any value is."""

    def __init__(self) -> None:
        self._sum = 0

    def step(self, *values: Any) -> None:
        """Take one row."""
        self._sum += int.from_bytes(hashed(*values))

    def finalize(self) -> str:
        """Return the sum as text: it is too large for SQLite's numbers."""
        return str(self._sum)


class Together:
    """Writes texts one behind the other, sorted: string_agg has an order only since SQLite 3.44."""

    def __init__(self) -> None:
        self._texts = list[str]()

    def step(self, text: str) -> None:
        """Take one text."""
        self._texts.append(text)

    def finalize(self) -> str:
        """Return all of them."""
        return "".join(sorted(self._texts))


def hashed(*values: Any) -> bytes:
    """Return a hash of some values. A whole number is the same amount as the decimal that it equals."""
    shown = repr([float(value) if isinstance(value, int) else value for value in values])
    return hashlib.blake2b(shown.encode(), digest_size=8).digest()


def md5(text: str | None) -> str | None:
    """Return the hash that other engines have of a text. It tells texts apart, and protects nothing."""
    return None if text is None else hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def moment(value: object) -> str | None:
    """Return a moment in UTC, written so that texts sort as moments do. One without a zone is in UTC."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(
            f"{str(value)[:40]!r} is no moment; keep exported_at like 2026-09-01T08:00:00Z, or let a view do so"
        ) from None
    return (read.astimezone(UTC) if read.tzinfo else read).strftime(_MOMENT)


def decimal(value: object, places: int) -> float | None:
    """Return a number to so many places, as far as binary floating point has them; a text must be one."""
    if value is None or value == "":
        return None
    try:
        read = float(f"{float(str(value)):.{_DIGITS}g}")
    except ValueError:
        raise ValueError(f"an amount is kept as {str(value)[:20]!r}, which is no number") from None
    return round(read, places)


def seconds(value: object) -> float | None:
    """Return a moment as seconds since 1970."""
    text = moment(value)
    return None if text is None else datetime.strptime(text, _MOMENT).replace(tzinfo=UTC).timestamp()


def kept(value: Any) -> Any:
    """Return a parameter as SQLite takes it."""
    if isinstance(value, datetime):
        return moment(value.isoformat())
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def told(column: str, value: Any) -> Any:
    """Return a value as every other engine returns it: our columns of moments end in `_at`, amounts are a few."""
    if column.endswith("_at") and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if column in _AMOUNTS and isinstance(value, int | float):
        return Decimal(f"{value:.{_DIGITS}g}").quantize(_CENTS)
    return value
