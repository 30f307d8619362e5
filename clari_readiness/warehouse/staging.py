"""Staging: a landed document into temporary tables of a connection, judged whole, before anything is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from clari_readiness.errors import DocumentRefused, WarehouseError
from clari_readiness.model.exports import AMOUNTS, LandedDocument, Violation
from clari_readiness.warehouse.connection import Connection
from clari_readiness.warehouse.intake import Intake
from clari_readiness.warehouse.opening import first_line
from clari_readiness.warehouse.plain import CURRENCY, FLAG, KEYS, MOMENTS, PEOPLE, EntryShape, PlainEntries, listed_in
from clari_readiness.warehouse.second_look import Judge, SecondLook
from clari_readiness.warehouse.splitting import Piece, SplitDocument, opened
from clari_readiness.warehouse.statements import quoted, render, statement

LISTED = {"users": "users", "fields": "fields", "time_periods": "timePeriods", "time_frames": "timeFrames"}
"""Table -> the list of a document that it keeps. What is staged of it is called after the table: staged_users."""

SHOWN = 100
"""How many violations of a document are told at most."""


@dataclass(frozen=True)
class StagedEntries:
    """What lies staged in a connection, right by its contract and not loaded yet.

    `lists` are the files of the document's other lists, by name. `periods` are those of the entries, `listed_periods`
    those of the document's list; `same` and `other` count the entries that were dropped because their key came again,
    with the same content or with another; `absent_types` are the types of which no entry has the key (F13).
    """

    lists: Mapping[str, Path]
    entries: int
    periods: tuple[str, ...]
    listed_periods: tuple[str, ...]
    same: int = 0
    other: int = 0
    rounded: int = 0
    unknown_keys: tuple[str, ...] = ()
    absent_types: tuple[str, ...] = ()


def stage_lists(connection: Connection, staged: StagedEntries) -> None:
    """Stage a document's other lists where its entries are, one of each id. Raises `duckdb.Error`."""
    for table, name in LISTED.items():
        staging = f"CREATE OR REPLACE TEMP TABLE staged_{table} AS\n{statement(f'listed_{table}')}"
        connection.execute(staging, {"listed": str(staged.lists[name])})


class Staging:
    """One connection's staging: its directory, and the shape and the judge of what is staged."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, directory: Path, judge: Judge, value_names: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._directory = directory
        self._judge = judge
        self._shape = EntryShape.of(value_names)
        self._plain = render("stage_plain", _names(self._shape))

    def stage(self, landed: LandedDocument) -> StagedEntries:
        """Stage a landed document; what breaks the contract is one DocumentRefused with all that is wrong.

        Every entry is judged, amounts become exact cents (a third decimal is rounded half up and counted), and of
        entries with one key the one updated last is kept.
        """
        try:
            with opened(landed) as document:
                _refuse_if(landed, self._judge.envelope(document.envelope))
                return self._staged(landed, document)
        except duckdb.Error as error:
            raise WarehouseError(f"{landed.path} cannot be staged: {first_line(error)}") from error
        except OSError as error:
            raise WarehouseError(
                f"{landed.path} cannot be staged in {self._directory}: {error.strerror or error}",
                way_out="make room there",
            ) from error

    def _staged(self, landed: LandedDocument, document: SplitDocument) -> StagedEntries:
        self._run("staged_entries")
        plain = PlainEntries(self._shape, listed_in(document.envelope))
        look = SecondLook(self._shape, self._judge, listed_in(document.envelope))
        self._look_at(self._odd(document, plain), look)
        _refuse_if(landed, look.violations)
        same, other = self._keep_one_of_each()
        return StagedEntries(
            document.write_lists(self._directory),
            entries=int(self._ask("staged_count")[0][0]),
            periods=tuple(str(period) for (period,) in self._ask("staged_periods")),
            listed_periods=tuple(str(each["timePeriodId"]) for each in document.envelope.get("timePeriods", ())),
            same=same,
            other=other,
            rounded=look.rounded,
            unknown_keys=tuple(sorted(look.keys_seen - self._shape.known)),
            absent_types=self._absent_types(plain.amounts_seen | look.keys_seen),
        )

    def _odd(self, document: SplitDocument, plain: PlainEntries) -> list[Piece]:
        """Read the plain pieces, and return the others, in the document's order."""
        odd = []
        with Intake(self._read, self._directory, width=self._threads()) as intake:
            for piece, is_plain in document.pieces(plain.count):
                if is_plain:
                    intake.put(piece)
                else:
                    odd.append(piece)
        return sorted([*odd, *intake.refused], key=lambda piece: piece.first)

    def _read(self, files: Sequence[Path]) -> None:
        """Add the entries of files to staged_entries; amounts that are not in cents are an InvalidInputException."""
        self._connection.execute(self._plain, {"files": [str(file) for file in files]})

    def _look_at(self, odd: Sequence[Piece], look: SecondLook) -> None:
        """Add the odd entries that are right; stop when enough of what is wrong can be told."""
        if not odd:
            return
        file = self._directory / "second-look.json"
        encoder = msgspec.json.Encoder()
        with file.open("wb") as out:
            for row in look.rows(odd, stop_after=SHOWN):
                out.write(encoder.encode(row) + b"\n")
        if not look.violations:
            self._run("stage_second_look", file=str(file))

    def _absent_types(self, seen: frozenset[str]) -> tuple[str, ...]:
        return tuple(kind for kind, (_, column) in AMOUNTS.items() if self._shape.amounts[column] not in seen)

    def _keep_one_of_each(self) -> tuple[int, int]:
        if not self._ask("has_repeats")[0][0]:
            return 0, 0
        same, other = self._ask("staged_repeats")[0]
        self._run("keep_latest")
        return int(same), int(other)

    def _threads(self) -> int:
        return int(self._connection.execute("SELECT current_setting('threads')").fetchall()[0][0])

    def _ask(self, name: str, **params: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement(name), params).fetchall()

    def _run(self, name: str, **params: Any) -> None:
        self._connection.execute(statement(name), params)


def _names(shape: EntryShape) -> dict[str, str]:
    """Return the keys of an entry as stage_plain.sql names them."""
    keys = {**KEYS, **shape.amounts, **PEOPLE, **MOMENTS, "is_updated": FLAG, "currency": CURRENCY}
    return {column: quoted(key) for column, key in keys.items()}


def _refuse_if(landed: LandedDocument, found: Sequence[Violation]) -> None:
    """Raise DocumentRefused with the first violation in its message, and all of them, up to SHOWN, beside it."""
    if not found:
        return
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise DocumentRefused(
        f"{landed.path}: {found[0]}{more}",
        violations=[str(violation) for violation in found[:SHOWN]],
        way_out="nothing of it was loaded; look at the landed file",
    )
