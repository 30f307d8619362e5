"""One run of an exporter: a process in a group of its own, whose output goes to a file, and which can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol, Self

from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.trial.course import ProcessEnd

_LIMITED = (
    "import os,resource,sys;"
    "resource.setrlimit(resource.RLIMIT_FSIZE,(int(sys.argv[1]),)*2);"
    "os.execvp(sys.argv[2],sys.argv[2:])"
)


@dataclass(frozen=True)
class Start:
    """How to start one run: all of its environment, where its output goes, how large a file it may write (bytes)."""

    environ: Mapping[str, str] = field(repr=False)
    directory: Path
    output: Path
    file_size: int | None = None


class Child(Protocol):
    """A process that runs."""

    @property
    def pid(self) -> int:
        """Return its id, which is that of its group."""
        ...

    def wait(self, seconds: float) -> int | None:
        """Return the exit code (negative: the signal), or None when it has not ended in so many seconds."""
        ...


class Starter(Protocol):
    """What starts an exporter, each time anew."""

    def start(self, start: Start) -> Child:
        """Start one run."""
        ...

    def close(self) -> None:
        """Let go of what starting takes."""
        ...


class CommandStarter:
    """Starts a command."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._alive: list[subprocess.Popen[bytes]] = []
        self._closed = False
        self._lock = threading.Lock()

    def start(self, start: Start) -> Child:
        """Start it; a command that cannot be started is a SettingsError."""
        words = self._words
        if start.file_size is not None:
            words = (sys.executable, "-c", _LIMITED, str(start.file_size), *words)
        try:
            with start.output.open("ab") as output:
                return _Process(self._begun(words, start, output.fileno()))
        except OSError as error:
            raise SettingsError(
                f"the exporter cannot be started: {self._words[0]}: {error.strerror}",
                way_out="name a command that the shell would find, and quote it as one argument",
            ) from error

    def close(self) -> None:
        """Kill what still runs, and start nothing more."""
        with self._lock:
            self._closed = True
            for process in self._alive:
                if process.poll() is None:
                    kill_group(process.pid)
                    process.wait()

    def _begun(self, words: Sequence[str], start: Start, output: int) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise ReadinessError("the trial was ended before this run began")
            self._alive = [each for each in self._alive if each.poll() is None]
            self._alive.append(self._popen(words, start, output))
            return self._alive[-1]

    def _popen(self, words: Sequence[str], start: Start, output: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the command is what the caller put on trial
            words,
            env=dict(start.environ),
            cwd=start.directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


class _Process:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def wait(self, seconds: float) -> int | None:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


class NurseryStarter:
    """Starts an exporter in children of a process that has loaded it already: `module`, run as a program.

    That is the reference exporter, unless another module says `nursery.main(its_main)`.
    """

    def __init__(self, environ: Mapping[str, str], module: str = "clari_readiness.trial.nursery") -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", module],
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._tokens = count(1)
        self._begun: dict[int, SimpleQueue[_Infant]] = {}
        self._alive: dict[int, _Infant] = {}
        self._lock = threading.Lock()
        self._listener = threading.Thread(target=self._listen, name="trial-nursery", daemon=True)
        self._listener.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, start: Start) -> Child:
        """Start one run; a process that is not there any more is a ReadinessError, and nobody's defect."""
        token = next(self._tokens)
        answer = self._begun[token] = SimpleQueue()
        order = {
            "token": token,
            "environ": dict(start.environ),
            "directory": str(start.directory),
            "output": str(start.output),
            "file_size": start.file_size,
        }
        assert self._process.stdin is not None  # noqa: S101 - it was made with a pipe
        try:
            with self._lock:
                self._process.stdin.write(json.dumps(order).encode() + b"\n")
                self._process.stdin.flush()
            return answer.get(timeout=60)
        except (BrokenPipeError, ValueError, Empty) as error:  # ValueError: it was closed
            raise ReadinessError(
                f"the process that starts the exporter does not answer; its exit code is {self._process.poll()}",
                way_out="see whether something ends processes here, and try again",
            ) from error

    def close(self) -> None:
        """End the process, and with it all of its children."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait(10)
        self._listener.join(10)
        for infant in self._alive.values():  # it killed them, and told nobody
            infant.ended.put(-signal.SIGKILL)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was made with a pipe
        for line in self._process.stdout:
            self._hear(json.loads(line))

    def _hear(self, told: dict[str, Any]) -> None:
        pid = told["pid"]
        if "token" in told:
            self._alive[pid] = _Infant(pid)
            self._begun.pop(told["token"]).put(self._alive[pid])
        else:
            self._alive.pop(pid).ended.put(told["code"])


class _Infant:
    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.ended: SimpleQueue[int] = SimpleQueue()

    def wait(self, seconds: float) -> int | None:
        try:
            code = self.ended.get(timeout=max(0.0, seconds))
        except Empty:
            return None
        self.ended.put(code)
        return code


class Killer:
    """Kills the child of a run with -9, from whichever thread; once told to, also a child that begins later."""

    def __init__(self) -> None:
        self._pid: int | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.used = False

    def watch(self, child: Child) -> None:
        """Know the child."""
        with self._lock:
            self._pid = child.pid
            if self.used:
                kill_group(child.pid)

    def kill(self) -> None:
        """Kill it, unless its run is over."""
        with self._lock:
            if self._over.is_set():
                return
            self.used = True
            if self._pid is not None:
                kill_group(self._pid)

    def rest(self) -> None:
        """Kill nobody any more: the run is over, and its process's id may be another's."""
        with self._lock:
            self._over.set()

    def over(self, seconds: float) -> bool:
        """Wait so many seconds at most, and return whether the run is over."""
        return self._over.wait(seconds)


def kill_group(pid: int) -> None:
    """Kill a process and all that it started and that stayed in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def awaited(child: Child, allowed: float, began: float, killer: Killer | None = None) -> ProcessEnd:
    """Wait for a child that began at `began` (monotonic); one that takes longer than `allowed` seconds is killed."""
    code = child.wait(allowed - (time.monotonic() - began))
    seconds = time.monotonic() - began
    overdue = code is None
    kill_group(child.pid)  # what it left running in its group must not write once the rows are judged
    if overdue:
        child.wait(10.0)
    return ProcessEnd(code, seconds, allowed, overdue=overdue, killed=bool(killer and killer.used))
