"""Evidence is collected once in a run, however many workers ask for it.

Each piece is a JSON file in a directory of the run's own. Whoever asks first fetches and writes it under a lock;
everybody else reads it, its failure included: an outage costs one request, not one for each check.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from clari_readiness import errors
from clari_readiness.client import Exchange


@dataclass(frozen=True)
class Piece:
    """One piece of evidence: the requests it took, and the document they gave, or the error that came instead."""

    name: str
    requests: tuple[dict[str, Any], ...]
    document: Any = None
    error: dict[str, Any] | None = None

    def value(self) -> Any:
        """Return the document, or raise the error that came instead of it, as it was."""
        if self.error is not None:
            raise _thaw(self.error)
        return self.document


class Collector:
    """Fetches pieces of evidence at most once for each run; `directory` is shared by all workers of the run."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def once(self, name: str, fetch: Callable[[list[Exchange]], Any]) -> Piece:
        """Return the piece of that name, fetched now if nobody has.

        `fetch` gets a list that takes the exchanges it makes, and returns anything that JSON holds. An error of ours
        is a part of the evidence; any other passes through, and the next one who asks tries again.
        """
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._directory / f"{name}.json"
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                _write(path, _fetch(name, fetch))
        return _read(path)

    def pieces(self) -> Iterator[Piece]:
        """Yield every piece that somebody has asked for, in the order of their names."""
        yield from map(_read, sorted(self._directory.glob("*.json")))


def _read(path: Path) -> Piece:
    stored = json.loads(path.read_text(encoding="utf-8"))
    return Piece(stored["name"], tuple(stored["requests"]), stored["document"], stored["error"])


def _fetch(name: str, fetch: Callable[[list[Exchange]], Any]) -> Piece:
    exchanges: list[Exchange] = []
    document, error = None, None
    try:
        document = fetch(exchanges)
    except errors.ReadinessError as raised:
        error = _freeze(raised)
    return Piece(name, tuple(_request(exchange) for exchange in exchanges), document, error)


def _request(exchange: Exchange) -> dict[str, Any]:
    return {
        "method": exchange.method,
        "url": exchange.url,
        "status": exchange.status,
        "error": exchange.error,
        "seconds": exchange.seconds,
    }


def _write(path: Path, piece: Piece) -> None:
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(asdict(piece), ensure_ascii=False), encoding="utf-8")
    partial.replace(path)


def _freeze(error: errors.ReadinessError) -> dict[str, Any]:
    return {"type": type(error).__name__, "state": dict(vars(error))}


def _thaw(frozen: dict[str, Any]) -> errors.ReadinessError:
    kind: type[errors.ReadinessError] = getattr(errors, frozen["type"])
    error = kind.__new__(kind)
    vars(error).update(frozen["state"])
    return error
