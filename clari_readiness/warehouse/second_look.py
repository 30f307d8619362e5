"""The entries that are not plain, judged one by one: by the contract, and with amounts exact to any digit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Protocol

import msgspec

from clari_readiness.model.exports import Violation
from clari_readiness.warehouse.plain import CURRENCY, FLAG, KEYS, MOMENTS, PEOPLE, EntryShape

_CENT = Decimal("0.01")
_TOO_LARGE = Decimal(10) ** 13
_LATEST = 10**15
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_EXACT = msgspec.json.Encoder(decimal_format="number")


class Judge(Protocol):
    """What a contract says: all that is wrong with the document without its entries, or with one of its entries."""

    def envelope(self, document: Mapping[str, Any]) -> tuple[Violation, ...]:
        """Judge a forecast document whose list of entries is left empty."""
        ...

    def entry(self, entry: Any, at: str) -> tuple[Violation, ...]:
        """Judge one entry; paths start with `at`. Its numbers with decimals are `Decimal`."""
        ...


@dataclass
class SecondLook:
    """What a second look found: texts of entries that are refused, and keys that have no column."""

    refused: list[str] = field(default_factory=list)
    unknown_keys: set[str] = field(default_factory=set)


def violations(written: str, shape: EntryShape, judge: Judge, at: str) -> tuple[Violation, ...]:
    """Return all that is wrong with one entry, amounts that do not fit DECIMAL(15,2) included."""
    try:
        entry = _DECODER.decode(written)
    except (msgspec.DecodeError, InvalidOperation) as error:
        return (Violation(at, f"cannot be read: {error}"),)
    return _judged(entry, shape, judge, at)


def rows(
    texts: Iterable[str], shape: EntryShape, judge: Judge, look: SecondLook, *, stop_after: int
) -> Iterator[dict[str, Any]]:
    """Yield each entry that is right as a row of staged_entries; those that are not go to `look.refused`.

    It stops when so many were refused: nothing will be loaded then, and enough can be shown.
    """
    known = shape.known
    for written in texts:
        try:
            entry = _DECODER.decode(written)
        except (msgspec.DecodeError, InvalidOperation):
            entry = None
        if entry is None or _judged(entry, shape, judge, "$"):
            look.refused.append(written)
            if len(look.refused) >= stop_after:
                return
        else:
            extra = {key: entry[key] for key in sorted(entry) if key not in known}  # in order, as stage.sql has them
            look.unknown_keys.update(extra)
            yield _row(entry, shape, extra)


def _judged(entry: Any, shape: EntryShape, judge: Judge, at: str) -> tuple[Violation, ...]:
    found = judge.entry(entry, at)
    if found or not isinstance(entry, dict):
        return found or (Violation(at, "expected an object"),)
    return tuple(_unfit(entry, shape, at))


def _unfit(entry: Mapping[str, Any], shape: EntryShape, at: str) -> Iterator[Violation]:
    for key in shape.amounts.values():
        value = entry.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            yield Violation(f"{at}.{key}", f"expected a number, got {_short(value)}")
        elif not _fits(Decimal(value)):
            yield Violation(f"{at}.{key}", f"{_short(value)} does not fit the warehouse's DECIMAL(15,2)")
    for key in MOMENTS.values():
        value = entry.get(key)
        if isinstance(value, int) and value > _LATEST:
            yield Violation(f"{at}.{key}", f"expected milliseconds since 1970, got {value}")


def _row(entry: Mapping[str, Any], shape: EntryShape, extra: Mapping[str, Any]) -> dict[str, Any]:
    given = {column: entry.get(key) for column, key in shape.amounts.items()}
    amounts = {column: None if value is None else _cents(value) for column, value in given.items()}
    return {
        **{column: entry[key] for column, key in KEYS.items()},
        "currency": (entry.get(CURRENCY) or {}).get("code", ""),
        **{column: None if value is None else f"{value:f}" for column, value in amounts.items()},
        "is_updated": entry.get(FLAG),
        **{column: _text(entry.get(key)) for column, key in PEOPLE.items()},
        **{column: entry.get(key) for column, key in MOMENTS.items()},
        "extra": _EXACT.encode(extra).decode() if extra else None,
        "rounded": sum(amounts[column] != value for column, value in given.items()),
    }


def _cents(amount: int | Decimal) -> Decimal:
    return Decimal(amount).quantize(_CENT, ROUND_HALF_UP)


def _fits(amount: Decimal) -> bool:
    # The size first: a number like 1e400 cannot even be written in cents.
    return abs(amount) < _TOO_LARGE and abs(_cents(amount)) < _TOO_LARGE


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _short(value: Any) -> str:
    text = _EXACT.encode(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
