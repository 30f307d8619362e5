"""The exit code is the gate's: no check, fixture or library ends the process with one of its own."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any, NoReturn

import pytest

from clari_readiness.gate.decision import BROKE


class Ending:
    """Stands between this process and `os._exit` and `os.exec*`, which end it without a decision.

    A child that was forked may end as it likes. `os._exit(0)` before the decision is a broken gate (3), and the reports
    say what they have said since the run began: INCOMPLETE. After it, the exit code stays the decision's.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._gate = os.getpid()
        self._decided: int | None = None
        self._exit = os._exit
        os._exit = self._end
        os.execv = self._guarded(os.execv)
        os.execve = self._guarded(os.execve)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Learn what was decided, after everything else has had its say."""
        yield
        self._decided = int(session.exitstatus)

    def _end(self, status: int) -> NoReturn:
        if os.getpid() == self._gate:
            if self._decided is None:
                self._say("THE GATE BROKE: os._exit was called before the end of the run; nothing was decided")
            status = BROKE if self._decided is None else self._decided or status
        self._exit(status)

    def _guarded(self, replace: Any) -> Any:
        def refuse(*arguments: Any) -> Any:
            if os.getpid() == self._gate:
                raise RuntimeError("os.exec would replace the gate before it has decided")
            return replace(*arguments)

        return refuse

    def _say(self, line: str) -> None:
        terminal, capture = self._config.get_terminal_writer(), self._config.pluginmanager.getplugin("capturemanager")
        if capture is not None:
            capture.suspend(in_=True)
        terminal.write(f"\n{line}\n", flush=True)
