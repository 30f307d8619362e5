"""Where a secret value lies in what others can read: files, and the history of the branch."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clari_readiness.errors import NotVerified
from clari_readiness.gate.repository import Repository, holds

NEVER_LOOKED_INTO = frozenset({".git", ".readiness", ".venv", "node_modules", "__pycache__"})

LEFT_BEHIND = ("report.*", "history.jsonl", "landing/**/*")
"""What a run leaves behind for others to read; the simulator's own state is not among it."""

_NAMED_COMMITS = 5
"""For how many objects git is asked which commit brought them: each time it goes through the whole history."""


@dataclass(frozen=True)
class Search:
    """What was looked into, and where a secret was found, one phrase each.

    `gap` says why something that is there could not be searched; `versions` are the contents of files, names of
    directories and commits in the history of `commits` commits. `repository` tells whether there is one at all.
    """

    files: int
    origin: str
    commits: int
    versions: int
    found: tuple[str, ...]
    gap: NotVerified | None
    repository: bool

    def __str__(self) -> str:
        return _counted(self.files, "file") + (f" and {_counted(self.commits, 'commit')}" if self.repository else "")


def search(needles: Iterable[bytes], base: Path, *, cassettes: Iterable[Path], directory: Path) -> Search:
    """Look for any of the byte strings, where `base` is the directory of the settings file.

    Looked into are the files that git tracks in the repository around it (every file below it where there is none), as
    they are and as they are staged; every commit of the branch with the contents, file names and messages in it; every
    `.env` file below `base`, the cassettes, and the reports and landed documents in the environment's `directory`.
    """
    wanted = _fewest(needles)
    gaps: list[NotVerified] = []
    try:
        repository = Repository.around(base)
        staged = repository.tracked() if repository else {}
    except NotVerified as unreadable:
        repository, staged = None, {}
        gaps.append(unreadable)
    tracked = {repository.root / path for path in staged} if repository else set(_below(base))
    files = sorted(tracked | {path for path in _below(base) if _is_dotenv(path)} | _left(cassettes, directory))
    found = list(_files_holding(wanted, files, gaps))
    commits, versions = 0, 0
    if repository:
        try:
            commits, versions = _search_history(repository, wanted, staged, found, gaps)
        except NotVerified as unreadable:
            gaps.append(unreadable)
    origin = "tracked by git" if repository else "below the settings file, since git tracks nothing here"
    return Search(
        len(files), origin, commits, versions, tuple(found), gaps[0] if gaps else None, repository is not None
    )


def _search_history(
    repository: Repository,
    needles: Collection[bytes],
    staged: dict[str, str],
    found: list[str],
    gaps: list[NotVerified],
) -> tuple[int, int]:
    """Add what is found to `found`, and return how many commits and how many objects were looked into."""
    commits, objects, missing = repository.history()
    paths = {oid: path for path, oid in staged.items()} | objects
    everything = dict.fromkeys([*commits, *paths])
    for number, (oid, kind) in enumerate(repository.objects_holding(needles, everything)):
        commit = repository.introduced(oid) if number < _NAMED_COMMITS and oid in objects else ""
        found.append(_place(oid, kind, paths.get(oid, ""), commit))
    if repository.shallow:
        way_out = "git fetch --unshallow (in GitHub Actions: fetch-depth: 0 for actions/checkout)"
        gaps.append(NotVerified("this clone is shallow: the history before it was not searched", way_out=way_out))
    if missing:
        text = f"this clone is partial: {missing} objects of its history are not here, and were not searched"
        gaps.append(NotVerified(text, way_out="git fetch --refetch --no-filter"))
    return len(commits), len(everything)


def _place(oid: str, kind: str, path: str, commit: str) -> str:
    if kind == "commit":
        return f"the message or the people of commit {oid[:12]}"
    where = _shown(path) if kind == "blob" else f"the name of a file in {_shown(path) or 'the top directory'}"
    return f"{where}, since commit {commit}" if commit else f"{where}, staged or in the history (object {oid[:12]})"


def _files_holding(needles: Collection[bytes], files: Iterable[Path], gaps: list[NotVerified]) -> Iterator[str]:
    for path in files:
        try:
            if path.is_file():
                with path.open("rb", buffering=0) as content:
                    if holds(content, needles):
                        yield _shown(str(path))
        except FileNotFoundError:
            continue  # it went between the listing and now
        except OSError as error:
            gaps.append(
                NotVerified(f"{_shown(str(path))} cannot be read: {error.strerror}", way_out="run as its owner")
            )


def _fewest(needles: Iterable[bytes]) -> tuple[bytes, ...]:
    """Leave out what cannot be found without another: a whole base64 holds its part that owes nothing to neighbours."""
    wanted = sorted(set(needles), key=len)
    return tuple(one for place, one in enumerate(wanted) if not any(other in one for other in wanted[:place]))


def _is_dotenv(path: Path) -> bool:
    return path.name in (".env", ".envrc") or path.name.startswith(".env.") or path.suffix == ".env"


def _left(cassettes: Iterable[Path], directory: Path) -> set[Path]:
    recorded = (path for each in cassettes for path in _below(each))
    return {*recorded, *(path for pattern in LEFT_BEHIND for path in directory.glob(pattern))}


def _below(directory: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(directory):
        names[:] = [name for name in names if name not in NEVER_LOOKED_INTO]
        yield from (Path(folder, name) for name in files)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _shown(path: str) -> str:
    """Return a path as it may be printed, whatever bytes are in it."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return text if text.isprintable() else repr(text)
