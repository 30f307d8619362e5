"""Staging: a landed document into temporary tables of a connection, judged whole, before anything is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import msgspec

from clari_readiness.errors import DocumentRefused, WarehouseError
from clari_readiness.model.exports import AMOUNTS, LandedDocument, Violation
from clari_readiness.warehouse.opening import first_line
from clari_readiness.warehouse.plain import EntryShape
from clari_readiness.warehouse.second_look import Judge, SecondLook, rows, violations
from clari_readiness.warehouse.splitting import SplitDocument, split
from clari_readiness.warehouse.statements import render, statement

SHOWN = 100
"""How many violations of a document are told at most."""

_BATCH = 5_000
_WORTH_A_SAMPLE = 1024 * 1024  # bytes


@dataclass(frozen=True)
class StagedEntries:
    """What lies staged in a connection, right by its contract and not loaded yet.

    `periods` are those of the entries, `listed_periods` those of the document's list; `same` and `other` count the
    entries that were dropped because their key came again, with the same content or with another; `absent_types` are
    the types of which no entry has the key (F13).
    """

    document: SplitDocument
    entries: int
    periods: tuple[str, ...]
    listed_periods: tuple[str, ...]
    same: int = 0
    other: int = 0
    rounded: int = 0
    unknown_keys: tuple[str, ...] = ()
    absent_types: tuple[str, ...] = ()


class Staging:
    """One connection's staging: its directory, and the shape and the judge of what is staged."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, directory: Path, judge: Judge, value_names: Mapping[str, str]
    ) -> None:
        self._connection = connection
        self._directory = directory
        self._judge = judge
        self._shape = EntryShape.of(value_names)

    def stage(self, landed: LandedDocument) -> StagedEntries:
        """Stage a landed document; what breaks the contract is one DocumentRefused with all that is wrong.

        Every entry is judged, amounts become exact cents (a third decimal is rounded half up and counted), and of
        entries with one key the one updated last is kept.
        """
        document = split(landed, self._directory, parts=2 * self._threads())
        self._refuse_if(landed, self._judge.envelope(document.envelope))
        try:
            return self._staged(landed, document)
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise DocumentRefused(
                f"{landed.path}: the entries cannot be read: {first_line(error)}", way_out="look at the landed file"
            ) from error
        except duckdb.Error as error:
            raise WarehouseError(f"{landed.path} cannot be staged: {first_line(error)}") from error

    def _staged(self, landed: LandedDocument, document: SplitDocument) -> StagedEntries:
        document, shape = self._read_parts(landed, document)
        files = [str(file) for file in document.entries]
        look = self._second_look() if self._totals()["odd"] else SecondLook()
        if look.refused:
            self._refuse_if(landed, self._violations(files, look.refused))
        self._refuse_if(landed, self._unlisted(document, files))
        totals = self._totals()
        same, other = self._keep_one_of_each()
        return StagedEntries(
            document,
            entries=totals["entries"] - same - other,
            periods=tuple(str(period) for (period,) in self._ask("staged_periods")),
            listed_periods=_listed_periods(document),
            same=same,
            other=other,
            rounded=totals["rounded"],
            unknown_keys=tuple(sorted({*shape.new, *look.unknown_keys})),
            absent_types=self._absent_types(totals, files),
        )

    def _read_parts(self, landed: LandedDocument, document: SplitDocument) -> tuple[SplitDocument, EntryShape]:
        """Read the entries, in one part when a cut lies inside one, and tell from which files and by which shape."""
        try:
            return document, self._read(document)
        except duckdb.InvalidInputException:
            if len(document.entries) == 1:
                raise
        whole = split(landed, self._directory, parts=1)
        return whole, self._read(whole)

    def _sampled_keys(self, document: SplitDocument) -> list[str]:
        """Return the keys of the first entries, so that a new one on every entry needs no second look at each of them.

        A small document is looked at sooner than sampled.
        """
        first = document.entries[0]
        if first.stat().st_size < _WORTH_A_SAMPLE:
            return []
        return [str(key) for (key,) in self._ask("new_keys", file=str(first))]

    def _read(self, document: SplitDocument) -> EntryShape:
        shape = self._shape.with_new(self._sampled_keys(document))
        files = [str(file) for file in document.entries]
        given: dict[str, Any] = {"files": files, "paths": shape.paths()}
        given |= {"pattern": shape.pattern(), "cents": shape.pattern(cents=True)}
        if shape.new:
            given |= {"new_paths": shape.new_paths(), "new_members": shape.new_members()}
        self._connection.execute(render("stage", {"new": statement("new_members") if shape.new else "NULL"}), given)
        return shape

    def _second_look(self) -> SecondLook:
        """Judge the odd entries one by one, and put back those that are right."""
        look = SecondLook()
        file = self._directory / "second-look.json"
        cursor = self._connection.execute(statement("odd_entries"))
        texts = (text for batch in iter(lambda: cursor.fetchmany(_BATCH), []) for (text,) in batch)
        encoder = msgspec.json.Encoder()
        with file.open("wb") as out:
            for row in rows(texts, self._shape, self._judge, look, stop_after=SHOWN):
                out.write(encoder.encode(row) + b"\n")
        if not look.refused:
            self._run("drop_odd_entries")
            self._run("stage_second_look", file=str(file))
        return look

    def _violations(self, files: Sequence[str], refused: Sequence[str]) -> tuple[Violation, ...]:
        """Judge the refused entries again, now each at its position."""
        found = self._in_order("positions", files=files, texts=refused)
        return tuple(
            violation
            for position, written in found
            for violation in violations(written, self._shape, self._judge, f"$.entries[{position}]")
        )

    def _unlisted(self, document: SplitDocument, files: Sequence[str]) -> tuple[Violation, ...]:
        lists = {
            "users": str(document.lists["users"]),
            "fields": str(document.lists["fields"]),
            "time_periods": str(document.lists["timePeriods"]),
            "time_frames": str(document.lists["timeFrames"]),
        }
        return tuple(
            Violation(f"$.entries[{self._first(files, key, id_)}].{key}", f'"{id_}" is not in `{name}`')
            for name, key, id_ in self._ask("unlisted", **lists)
        )

    def _first(self, files: Sequence[str], key: str, id_: str) -> int:
        found = self._in_order("first_with", files=files, path=f"$.{key}", id=id_)
        return int(found[0][0])

    def _keep_one_of_each(self) -> tuple[int, int]:
        if not self._ask("has_repeats")[0][0]:
            return 0, 0
        same, other = self._ask("staged_repeats")[0]
        self._run("keep_latest")
        return int(same), int(other)

    def _absent_types(self, totals: Mapping[str, int], files: Sequence[str]) -> tuple[str, ...]:
        without = [kind for kind, (_, column) in AMOUNTS.items() if not totals[column]]
        paths = {kind: f"$.{json.dumps(self._shape.amounts[AMOUNTS[kind][1]])}" for kind in without}
        return tuple(kind for kind, path in paths.items() if not self._ask("has_key", files=files, path=path)[0][0])

    def _totals(self) -> dict[str, int]:
        cursor = self._connection.execute(statement("staged_totals"))
        names = [str(column[0]) for column in cursor.description or ()]
        return {name: int(value) for name, value in zip(names, cursor.fetchall()[0], strict=True)}

    def _threads(self) -> int:
        return int(self._connection.execute("SELECT current_setting('threads')").fetchall()[0][0])

    def _in_order(self, name: str, **params: Any) -> list[tuple[Any, ...]]:
        """Ask something that needs the entries in the document's order, which is otherwise not kept, for speed."""
        self._connection.execute("SET preserve_insertion_order = true")
        try:
            return self._ask(name, **params)
        finally:
            self._connection.execute("SET preserve_insertion_order = false")

    def _ask(self, name: str, **params: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement(name), params).fetchall()

    def _run(self, name: str, **params: Any) -> None:
        self._connection.execute(statement(name), params)

    def _refuse_if(self, landed: LandedDocument, found: Sequence[Violation]) -> None:
        if found:
            refuse(landed, found)


def refuse(landed: LandedDocument, found: Sequence[Violation]) -> NoReturn:
    """Raise DocumentRefused with the first violation in its message, and all of them, up to SHOWN, beside it."""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise DocumentRefused(
        f"{landed.path}: {found[0]}{more}",
        violations=[str(violation) for violation in found[:SHOWN]],
        way_out="nothing of it was loaded; look at the landed file",
    )


def _listed_periods(document: SplitDocument) -> tuple[str, ...]:
    return tuple(str(period["timePeriodId"]) for period in document.envelope.get("timePeriods", ()))
