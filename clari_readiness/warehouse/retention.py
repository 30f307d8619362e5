"""Retention: what lies before the first kept quarter goes, from the tables and from the landed files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from clari_readiness.errors import WarehouseError
from clari_readiness.model.calendar import Quarter
from clari_readiness.warehouse.loading import transaction
from clari_readiness.warehouse.opening import first_line
from clari_readiness.warehouse.statements import statement

# Users and fields come after the entries: those go whom no kept row refers to any more.
_TABLES = ("forecast_entries", "entry_changes", "snapshots", "time_frames", "time_periods", "users", "fields")


@dataclass(frozen=True)
class Retired:
    """What a retention took away, or would take away: which periods, and how many rows of each table."""

    periods: tuple[str, ...] = ()
    rows: tuple[tuple[str, int], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to take."""
        return not self.periods and not any(count for _, count in self.rows)


class _OnlyLooked(Exception):
    """A dry run is the real one, rolled back."""


def retire(connection: duckdb.DuckDBPyConnection, first_kept: Quarter, *, dry_run: bool) -> Retired:
    """Take away every row of a quarter before `first_kept`, in one transaction; a dry run only counts them.

    Users and fields go with the last row that refers to them. The ledger keeps its lines, since a job that it does not
    know could be taken for the one whose answer was lost (F12), and forgets where their files were. Periods that are
    not named like a quarter stay. What stops it is a WarehouseError, and nothing has changed.
    """
    retired = Retired()
    try:
        with transaction(connection):
            retired = _retired(connection, str(first_kept))
            _go_on(only_looked=dry_run or retired.nothing)
    except _OnlyLooked:
        return retired
    try:
        connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        raise WarehouseError(f"the rows are gone, but their space is not free yet: {first_line(error)}") from error
    return retired


def landed_files(landing: Path, first_kept: Quarter) -> tuple[Path, ...]:
    """Return every file of a quarter before `first_kept`: landing/<forecast>/<quarter>/...

    Only what is named like a quarter counts, and links are not followed. A directory that is not there has none.
    """
    return tuple(sorted(file for period in _periods(landing, first_kept) for file in _files(period)))


def delete_files(files: Iterable[Path], landing: Path) -> int:
    """Delete landed files, and the directories below `landing` that they leave empty; return how many were there.

    Files that are gone already are passed over. One that cannot be deleted is a WarehouseError; the next run goes on.
    """
    deleted = 0
    for file in files:
        try:
            file.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise WarehouseError(
                f"{file}: cannot be deleted ({error.strerror})", way_out="delete it by hand"
            ) from error
        deleted += 1
        _prune(file.parent, landing)
    return deleted


def _go_on(*, only_looked: bool) -> None:
    if only_looked:
        raise _OnlyLooked


def _retired(connection: duckdb.DuckDBPyConnection, first_kept: str) -> Retired:
    before = {"first_kept": first_kept}
    periods = connection.execute(statement("retention/periods"), before).fetchall()
    connection.execute(statement("retention/export_jobs"), before)
    rows = []
    for table in _TABLES:
        sql = statement(f"retention/{table}")
        params = before if "$first_kept" in sql else {}
        rows.append((table, int(connection.execute(sql, params).fetchall()[0][0])))
    return Retired(tuple(str(period) for (period,) in periods), tuple(rows))


def _periods(landing: Path, first_kept: Quarter) -> Iterator[Path]:
    for directory in landing.glob("*/*"):
        try:
            quarter = Quarter.parse(directory.name)
        except ValueError:
            continue
        if quarter < first_kept and directory.is_dir() and not directory.is_symlink():
            yield directory


def _files(directory: Path) -> Iterator[Path]:
    return (found for found in directory.rglob("*") if found.is_symlink() or not found.is_dir())


def _prune(directory: Path, landing: Path) -> None:
    while directory != landing and landing in directory.parents:
        try:
            directory.rmdir()
        except OSError:  # something is left in it, so it stays
            return
        directory = directory.parent
