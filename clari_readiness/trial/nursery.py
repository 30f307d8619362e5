"""A process that has loaded the reference exporter, and forks a child for each run of it: no run waits for imports.

    python -m clari_readiness.trial.nursery

It has one thread, so that its children begin with one. It reads a line of JSON for each child from its standard input,
and writes one when it has begun and one when it has ended.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from clari_readiness.errors import ReadinessError
from clari_readiness.exporter import told

Run = Callable[[], int]


def main(run: Run = told.main) -> None:
    """Serve until the standard input ends; children that are still there then are killed.

    `run` is what a child does: it returns the exit code.
    """
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        _serve(selector, woken, run)


def _serve(selector: selectors.DefaultSelector, woken: int, run: Run) -> None:
    waiting, children = b"", set[int]()
    while True:
        for key, _ in selector.select():
            if key.fd == woken:
                os.read(woken, 4096)
                _report_ends(children)
                continue
            read = os.read(key.fd, 65_536)
            if not read:
                _kill_all(children)
                return
            *orders, waiting = (waiting + read).split(b"\n")
            for order in orders:
                children.add(_begin(json.loads(order), run))


def _begin(order: dict[str, Any], run: Run) -> int:
    told.preload(order["environ"])
    pid = os.fork()
    if pid == 0:
        _child(order, run)
    # Both sides do it: whichever comes first, the group is there before anybody is told of it.
    _lead(pid)
    _tell(token=order["token"], pid=pid)
    return pid


def _lead(pid: int) -> None:
    try:
        os.setpgid(pid, pid)
    except (PermissionError, ProcessLookupError):
        return  # the child has ended, or has done it itself


def _child(order: dict[str, Any], run: Run) -> NoReturn:
    code = 70
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        if order["file_size"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_size"], order["file_size"]))
        os.chdir(order["directory"])
        os.environ.clear()
        os.environ.update(order["environ"])
        code = _ended(run)
    finally:
        os._exit(code)


def _ended(run: Run) -> int:
    try:
        return run()
    except ReadinessError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _report_ends(children: set[int]) -> None:
    for pid in tuple(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            _tell(pid=pid, code=os.waitstatus_to_exitcode(status))


def _kill_all(children: set[int]) -> None:
    for pid in children:
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _tell(**what: Any) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
