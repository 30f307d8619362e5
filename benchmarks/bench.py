"""One run: its sizes, where its files lie, and what more than one goal needs, measured once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.children import Measured, Task, alternating
from benchmarks.documents import Made
from benchmarks.serving import served


@dataclass(frozen=True)
class Sizes:
    """How many entries are what the goals call 100 thousand, 1 million and 5 million, and how many snapshots 30 are."""

    small: int
    million: int
    large: int
    kept: int = 30
    history: int = 9

    @classmethod
    def of(cls, entries: int) -> Sizes:
        """Return the sizes in the goals' proportions, for another million."""
        return cls(small=max(entries // 10, 2000), million=entries, large=5 * entries)


QUICK = Sizes(small=2_000, million=10_000, large=20_000, kept=3, history=2)


@dataclass
class Bench:
    """What a measurement is given. `documents` are kept for the next run, all else is thrown away."""

    sizes: Sizes
    repeats: int
    documents: Path
    scratch: Path
    url: str
    _exports: dict[int, dict[str, list[Measured]]] = field(default_factory=dict)
    _runs: int = 0

    def document(self, entries: int, *, day: int = 0, broken: bool = False) -> Path:
        """Return a document's file, made when it is not there."""
        return Made(entries, day, broken).at(self.documents)

    def exports(self, entries: int) -> dict[str, list[Measured]]:
        """Return the runs of the export and of the typed parse of one document, alternating, measured once."""
        if entries not in self._exports:
            document = self.document(entries)
            parse = {
                f"parse, gc {name}": Task("parsing:typed", {"path": str(document), "collecting": on})
                for name, on in (("off", False), ("on", True))
            }
            self._exports[entries] = self.alternating({**parse, "export": self.export(document, "exporting:export")})
        return self._exports[entries]

    def export(self, document: Path, task: str) -> Task:
        """Return an export of the document; `{warehouse}` is filled in for each run."""
        return Task(task, {"url": self.url, "job": document.stem, "warehouse": "{warehouse}"})

    def alternating(self, tasks: Mapping[str, Task]) -> dict[str, list[Measured]]:
        """Run the tasks in turn, each run with a directory of its own, which is gone afterwards."""
        return alternating({name: _InPlace(self, task) for name, task in tasks.items()}, self.repeats)

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Give an empty directory for as long as it is needed."""
        self._runs += 1
        place = self.scratch / str(self._runs)
        place.mkdir(parents=True)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True)
class _InPlace:
    """A task whose `{warehouse}` and `{scratch}` lie in a directory that is new for each run."""

    bench: Bench
    task: Task

    def run(self) -> Measured:
        with self.bench.place() as place:
            names = {"{warehouse}": str(place / "warehouse.duckdb"), "{scratch}": str(place / "scratch")}
            filled = {name: names.get(_text(value), value) for name, value in self.task.arguments.items()}
            return Task(self.task.name, filled).run()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


@contextmanager
def begun(sizes: Sizes, *, repeats: int, directory: Path) -> Iterator[Bench]:
    """Begin a run, with its documents served and its scratch beside them."""
    documents = (directory / "documents").resolve()
    documents.mkdir(parents=True, exist_ok=True, mode=0o700)
    with TemporaryDirectory(dir=directory, prefix="run-") as scratch, served(documents) as url:
        yield Bench(sizes, repeats, documents, Path(scratch).resolve(), url)


def say(text: str) -> None:
    """Tell what is being done, beside the table."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
