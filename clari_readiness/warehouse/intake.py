"""Plain pieces of a document into a staging table, in a thread of its own: one core judges while another reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from clari_readiness.warehouse.splitting import Piece

_PIECES = 128  # in a file: fewer rows than a row group for each thread would be written twice
_TURNS = 2  # one batch is read while the next is written
_ITS_CONTENT = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException)


class Intake:
    """Hands pieces to `read`, which gets files that hold them, several at once: one thread reads one JSON list.

    The files are written over and over, because new pages cost more than what is written. They get another name each
    time, lest anybody remembers what a file held before.
    """

    def __init__(self, read: Callable[[Sequence[Path]], None], directory: Path, *, width: int) -> None:
        self._read = read
        self._directory = directory
        self._width = width
        self._turns = 0
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._reading: list[Future[list[Piece]]] = []
        self._waiting: list[Piece] = []
        self.refused: list[Piece] = []
        """The pieces whose content `read` refused, when all is over."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            if kind is None:
                self._hand_over()
                self._wait(0)
        finally:
            self._pool.shutdown()

    def put(self, piece: Piece) -> None:
        """Take a piece; wait while both batches are full."""
        self._waiting.append(piece)
        if len(self._waiting) == _PIECES * self._width:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._waiting:
            self._wait(_TURNS - 1)
            pieces, self._waiting = self._waiting, []
            self._reading.append(self._pool.submit(self._taken, pieces, self._written(pieces)))

    def _wait(self, most: int) -> None:
        """Wait until at most so many batches are being read."""
        while len(self._reading) > most:
            self.refused += self._reading.pop(0).result()

    def _written(self, pieces: Sequence[Piece]) -> list[Path]:
        shares = [pieces[place :: self._width] for place in range(min(self._width, len(pieces)))]
        turn = self._turns
        self._turns += 1
        return [self._file(turn, place, share) for place, share in enumerate(shares)]

    def _file(self, turn: int, place: int, pieces: Sequence[Piece]) -> Path:
        file = self._directory / f"batch-{turn}-{place}.json"
        before = self._directory / f"batch-{turn - _TURNS}-{place}.json"
        if before.exists():
            before.rename(file)
        with file.open("r+b" if file.exists() else "wb") as out:
            for number, piece in enumerate(pieces):
                out.write(b"," if number else b"[")
                out.write(piece.content)
            out.write(b"]")
            out.truncate()
        return file

    def _taken(self, pieces: list[Piece], files: Sequence[Path]) -> list[Piece]:
        """Return what was refused: nothing, or all of them, since `read` takes all or none."""
        try:
            self._read(files)
        except _ITS_CONTENT:
            return pieces
        return []
