"""The entries that are not plain, judged one by one: by the contract, and with amounts exact to any digit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Protocol

import msgspec

from clari_readiness.model.exports import Violation
from clari_readiness.warehouse.plain import CURRENCY, FLAG, KEYS, LATEST, LISTED, MOMENTS, PEOPLE, EntryShape, Listed
from clari_readiness.warehouse.splitting import Piece

_CENT = Decimal("0.01")
_TOO_LARGE = Decimal(10) ** 13
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


class SecondLook:
    """Judges entries one by one: what is right becomes rows, and what is not is told with its place."""

    def __init__(self, shape: EntryShape, judge: Judge, listed: Listed) -> None:
        self._shape = shape
        self._judge = judge
        self._listed = listed
        self._unlisted: set[tuple[str, str]] = set()
        self.violations: list[Violation] = []
        self.keys_seen: set[str] = set()
        self.rounded = 0
        """How many amounts had more than two decimals."""

    def rows(self, pieces: Iterable[Piece], *, stop_after: int) -> Iterator[dict[str, Any]]:
        """Yield each entry that is right as a row of staged_entries; stop when so many violations were found."""
        for piece in pieces:
            for position, written in enumerate(piece.entries(), start=piece.first):
                if len(self.violations) >= stop_after:
                    return
                entry = self._entry(written, f"$.entries[{position}]")
                if entry is not None:
                    yield self._row(entry)

    def _entry(self, written: msgspec.Raw, at: str) -> dict[str, Any] | None:
        """Return an entry in which nothing is wrong."""
        try:
            entry = _DECODER.decode(written)
        except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation) as error:
            found: tuple[Violation, ...] = (Violation(at, f"cannot be read: {error}"),)
        else:
            found = self._judge.entry(entry, at)
        if not found and not isinstance(entry, dict):
            found = (Violation(at, "expected an object"),)
        found = found or (*_unfit(entry, self._shape, at), *self._without_its_list(entry, at))
        self.violations += found
        return None if found else entry

    def _without_its_list(self, entry: Mapping[str, Any], at: str) -> Iterator[Violation]:
        """Yield the first reference to each id that the document does not list."""
        for key, ids in self._listed.items():
            if entry[key] not in ids and (key, entry[key]) not in self._unlisted:
                self._unlisted.add((key, entry[key]))
                yield Violation(f"{at}.{key}", f'"{entry[key]}" is not in `{LISTED[key]}`')

    def _row(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        self.keys_seen.update(entry)
        given = {column: entry.get(key) for column, key in self._shape.amounts.items()}
        amounts = {column: None if value is None else _cents(value) for column, value in given.items()}
        self.rounded += sum(amounts[column] != value for column, value in given.items())
        known = self._shape.known
        extra = {key: entry[key] for key in sorted(entry) if key not in known}
        return {
            **{column: entry[key] for column, key in KEYS.items()},
            "currency": (entry.get(CURRENCY) or {}).get("code", ""),
            **{column: None if value is None else f"{value:f}" for column, value in amounts.items()},
            "is_updated": entry.get(FLAG),
            **{column: _text(entry.get(key)) for column, key in PEOPLE.items()},
            **{column: entry.get(key) for column, key in MOMENTS.items()},
            "extra": _EXACT.encode(extra).decode() if extra else None,
        }


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
        if isinstance(value, int) and value > LATEST:
            yield Violation(f"{at}.{key}", f"expected milliseconds since 1970, got {value}")


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
