"""Laws: how many examples each is promised, and with how many it really was tried.

A law is a test whose name begins with `test_law_`. Hypothesis stops early without a word when it runs out of examples,
so they are counted here, one by one, and a law that was tried with fewer than promised has failed.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, is_hypothesis_test, settings

DATABASE = "database"
"""The mark of laws that need a warehouse for each example."""

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")
_PROMISED = {"default": (100, 100), "soak": (5_000, 20_000), "mutants": (20, 20)}
_SLOW = [HealthCheck.too_slow]  # an example may take several loads of a real warehouse
_PREFIX = "test_law_"

AS_FOUND = settings(
    max_examples=200,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""Settings under which a law looks for a counter-example that has to be there."""
_TALLY = pytest.StashKey["Tally"]()


@dataclass
class Tally:
    """A law's promise, and what became of it: examples that held, and steps of a state machine that were judged."""

    law: str
    promised: int
    examples: int = 0
    steps: int = 0
    cpu_seconds: float = 0.0

    def counting(self, test: Callable[..., Any]) -> Callable[..., Any]:
        """Return the test, with each example counted in which it held."""

        @functools.wraps(test)
        def counted(*arguments: Any, **named: Any) -> None:
            test(*arguments, **named)
            self.examples += 1

        return counted

    def judge(self) -> None:
        """Fail the law that was tried with too few examples."""
        assert self.examples >= self.promised, f"tried with {self.examples} examples, and {self.promised} were promised"


def as_found(law: Callable[..., Any]) -> Callable[..., None]:
    """Return a law that raises the first counter-example as it is found: what is wrong is known, and small enough.

    It tries the same examples each time, so a law that finds something finds it always.
    """
    strategies: Mapping[str, Any] = law.hypothesis._given_kwargs  # type: ignore[attr-defined]
    return AS_FOUND(given(**strategies)(law.hypothesis.inner_test))  # type: ignore[attr-defined]


def load_profile() -> None:
    """Make the profile that HYPOTHESIS_PROFILE names the one of every property."""
    for name, (with_database, _) in _PROMISED.items():
        settings.register_profile(
            name,
            max_examples=with_database,
            derandomize=name != "soak",  # a commit is red or green, and a mutant found, whenever it is tried
            deadline=None,
            suppress_health_check=_SLOW,
        )
    settings.load_profile(PROFILE)


def prepare(items: list[pytest.Item]) -> None:
    """Give each law its promise, and put those first that take longest, so that no processor waits for the last one."""
    for item in items:
        if item.name.startswith(_PREFIX):
            item.stash[_TALLY] = Tally(item.name.removeprefix(_PREFIX).replace("_", " "), _promised(item))
    _settle(items)
    if PROFILE == "soak":
        items.sort(key=lambda item: item.get_closest_marker(DATABASE) is None)


def tally_of(item: pytest.Item) -> Tally | None:
    """Return a law's tally; None of what is no law."""
    return item.stash.get(_TALLY, None)


@contextmanager
def counted(item: pytest.Item) -> Iterator[None]:
    """Count the examples of a law while it runs, judge it, and leave the tally in its report."""
    tally, test = tally_of(item), getattr(item, "obj", None)
    if tally is None:
        yield
        return
    hypothesis = test.hypothesis if is_hypothesis_test(test) else None
    inner = hypothesis.inner_test if hypothesis else None
    if hypothesis:
        hypothesis.inner_test = tally.counting(inner)
    began = time.process_time()
    try:
        yield
        tally.judge()
    finally:
        if hypothesis:
            hypothesis.inner_test = inner
        tally.cpu_seconds = time.process_time() - began
        item.user_properties.append(("law", asdict(tally)))


def table(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """Yield a line for each law that ran: its examples, seconds on the clock and of a processor, and its name."""
    rows = sorted(_ran(reports), key=lambda row: -row[1])
    yield f"{'examples':>9}  {'promised':>9}  {'seconds':>8}  {'of a CPU':>8}  law"
    for law, seconds in rows:
        steps = f" ({law['steps']:,} steps)" if law["steps"] else ""
        counts = f"{law['examples']:>9,}  {law['promised']:>9,}"
        yield f"{counts}  {seconds:>8,.0f}  {law['cpu_seconds']:>8,.0f}  {law['law']}{steps}"
    examples, cpu = (sum(law[name] for law, _ in rows) for name in ("examples", "cpu_seconds"))
    yield f"{examples:>9,}  {'':>9}  {sum(seconds for _, seconds in rows):>8,.0f}  {cpu:>8,.0f}  {len(rows)} laws"


def _promised(item: pytest.Item) -> int:
    with_database, without = _PROMISED[PROFILE]
    return with_database if item.get_closest_marker(DATABASE) else without


def _settle(items: Iterable[pytest.Item]) -> None:
    """Let Hypothesis try as many examples as were promised; a profile knows one number for all."""
    promised = {
        item.obj: tally.promised  # type: ignore[attr-defined]
        for item in items
        if (tally := tally_of(item)) and is_hypothesis_test(item.obj)  # type: ignore[attr-defined]
    }
    for test, examples in promised.items():
        if examples != settings.default.max_examples:
            settings(max_examples=examples)(test)


def _ran(reports: Iterable[pytest.TestReport]) -> Iterator[tuple[Mapping[str, Any], float]]:
    for report in reports:
        yield from ((value, report.duration) for name, value in report.user_properties if name == "law")  # type: ignore[misc]
