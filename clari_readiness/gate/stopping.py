"""Ctrl-C and SIGTERM: both stop a run in an orderly way, and neither in the middle of a step that must be whole."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

_Handler = Callable[[int, FrameType | None], Any] | int | None

_STOPS = (signal.SIGINT, signal.SIGTERM)
_SOON = 0.05  # seconds: by then the main thread is out of the finalizer


@contextmanager
def termination_interrupts() -> Iterator[None]:
    """Let SIGTERM stop this process as Ctrl-C does, so that what it began is put in order, while the block runs.

    A stop is not lost where Python ignores what is raised (a finalizer, the callback of a weak reference): it comes
    again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, ignored = signal.signal(signal.SIGTERM, _interrupt), sys.unraisablehook

    def stop_again(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _thread.start_new_thread(_stop_later, ())  # without the locks of `threading`, which may be held here
        else:
            ignored(unraisable)

    sys.unraisablehook = stop_again
    try:
        yield
    finally:
        sys.unraisablehook = ignored
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


@contextmanager
def whole_step() -> Iterator[None]:
    """Let a stop wait for the end of the block; a second one goes through at once.

    Between a POST and the line that notes its job, a stop would leave a job behind that nobody knows (F12).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _STOPS}
    held: list[int] = []

    def hold(number: int, _: FrameType | None) -> None:
        held.append(number)
        _restore(before)

    for number in _STOPS:
        signal.signal(number, hold)
    try:
        yield
    finally:
        _restore(before)
        if held:
            signal.raise_signal(held[0])


def _restore(handlers: Mapping[signal.Signals, _Handler]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _stop_later() -> None:
    time.sleep(_SOON)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
