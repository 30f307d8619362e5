"""A git repository as evidence: what it tracks, and all that the history of its branch has ever held.

git is only asked for what it has here: no remote, no replaced objects, and no pattern, so no secret is among its
arguments.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from clari_readiness.environments.variables import process_environment
from clari_readiness.errors import NotVerified

_LINK_TO_ANOTHER_REPOSITORY = b"160000"
_CHUNK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Repository:
    """A repository and its work tree; `shallow` says that a part of its history is not here."""

    root: Path
    shallow: bool

    @classmethod
    def around(cls, directory: Path) -> Repository | None:
        """Return the repository that a directory lies in, or None where there is none.

        Raises NotVerified where there is one that git cannot read, or no git.
        """
        directory = directory.resolve()
        try:
            said = _git(directory, "rev-parse", "--show-toplevel", "--is-shallow-repository").splitlines()
        except NotVerified:
            if any((each / ".git").exists() for each in (directory, *directory.parents)):
                raise
            return None
        return cls(Path(os.fsdecode(said[0])), shallow=said[1] == b"true")

    def tracked(self) -> dict[str, str]:
        """Return the files that git tracks, by their path, with the object that is staged for each."""
        staged: dict[str, str] = {}
        for entry in _git(self.root, "ls-files", "--stage", "-z").split(b"\0"):
            about, _, path = entry.partition(b"\t")
            if path and not about.startswith(_LINK_TO_ANOTHER_REPOSITORY):
                staged[os.fsdecode(path)] = about.split()[1].decode()
        return staged

    def history(self) -> tuple[list[str], dict[str, str], int]:
        """Return the commits of the branch, every other object in them with a path it had, and how many are not here.

        Before the first commit all three are empty. Raises NotVerified when git cannot tell.
        """
        commits: list[str] = []
        objects: dict[str, str] = {}
        missing = 0
        if _succeeds(self.root, "rev-parse", "--quiet", "--verify", "HEAD"):
            for line in _git(self.root, "rev-list", "--objects", "--missing=print", "HEAD").splitlines():
                oid, space, path = line.partition(b" ")
                if line.startswith(b"?"):
                    missing += 1
                elif space:
                    objects[oid.decode()] = os.fsdecode(path)
                else:
                    commits.append(oid.decode())
        return commits, objects, missing

    def objects_holding(self, needles: Collection[bytes], objects: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield each object that holds any of the byte strings: its id, and `blob`, `tree` or `commit`.

        Raises NotVerified when one of them cannot be read.
        """
        with tempfile.TemporaryFile() as asked:  # not a pipe: git would stop reading it while nobody reads the answers
            asked.writelines(f"{oid}\n".encode() for oid in objects)
            asked.seek(0)
            reading = subprocess.Popen(  # noqa: S603 - as below
                ["git", "-C", str(self.root), "cat-file", "--batch", "--buffer"],  # noqa: S607
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=_CHUNK,
                env=_environment(),
            )
            with reading:
                assert reading.stdout is not None  # noqa: S101 - that of a pipe
                yield from _holding(reading.stdout, needles)
        if reading.returncode:
            raise NotVerified(f"git could not read all objects of {self.root}", way_out="run `git fsck` there")

    def introduced(self, oid: str) -> str:
        """Return the commit that brought an object into the branch, as 12 digits; empty where git does not say."""
        words = ("log", "--format=%H", "--full-history", "-m", "-t", f"--find-object={oid}", "HEAD")
        commits = _git(self.root, *words).split()
        return commits[-1][:12].decode() if commits else ""


def holds(stream: IO[bytes], needles: Collection[bytes], size: int | None = None) -> bool:
    """Tell whether the next `size` bytes of a stream, or all of it, hold any of the byte strings; it reads them all."""
    overlap = max(map(len, needles)) - 1
    found, left, tail = False, size, b""
    while left is None or left:
        chunk = stream.read(_CHUNK if left is None else min(left, _CHUNK))
        if not chunk:
            break
        left = None if left is None else left - len(chunk)
        window = tail + chunk
        found = found or any(needle in window for needle in needles)
        tail = window[-overlap:] if overlap else b""
    return found


def _holding(answers: IO[bytes], needles: Collection[bytes]) -> Iterator[tuple[str, str]]:
    for header in iter(answers.readline, b""):
        words = header.decode().split()
        if len(words) != 3:
            raise NotVerified(f"git has no object {words[0]:.40}, which it lists", way_out="run `git fsck`")
        if holds(answers, needles, int(words[2])):
            yield words[0], words[1]
        answers.read(1)  # the line break after each content


def _git(directory: Path, *words: str) -> bytes:
    """Return what git prints there. Raises NotVerified, with the last line of its complaint."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no word of it comes from outside
            ["git", "-C", str(directory), *words],  # noqa: S607 - whichever git the user has
            capture_output=True,
            check=False,
            env=_environment(),
        )
    except FileNotFoundError:
        raise NotVerified("git is not installed", way_out="install it") from None
    if done.returncode:
        complaint = os.fsdecode(done.stderr).strip().splitlines() or ["it does not say why"]
        text = f"git cannot read the repository around {directory} ({complaint[0].removeprefix('fatal: ')})"
        raise NotVerified(text, way_out="run `git status` there")
    return done.stdout


def _succeeds(directory: Path, *words: str) -> bool:
    try:
        _git(directory, *words)
    except NotVerified:
        return False
    return True


def _environment() -> Mapping[str, str]:
    """Return the environment without what leads git to another repository, as in a hook, or beyond this machine."""
    kept = {name: value for name, value in process_environment().items() if not name.startswith("GIT_")}
    return kept | {"GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
