"""The laws of the warehouse one by one in a server: each says by its name what is broken there."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.warehouse.shelf import Shelf


def laws_of(*modules: ModuleType) -> list[Any]:
    """Return the laws of modules, which are there for DuckDB."""
    return list(_laws(modules))


def _laws(modules: tuple[ModuleType, ...]) -> Iterator[Any]:
    for module in modules:
        yield from (law for name, law in sorted(vars(module).items()) if name.startswith("test_law_"))


def name_of(law: Any) -> str:
    return str(law.__name__).removeprefix("test_law_")


def tried(examples: int) -> settings:
    """Return the settings of so many examples, each of which may take long."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def holds(law: Any, shelf: Shelf, examples: int) -> None:
    """Try a law on so many examples in another warehouse than its own, and see that they were as many."""
    inner, seen = law.hypothesis.inner_test, []

    def counted(**drawn: Any) -> None:
        inner(shelf=shelf, **drawn)
        seen.append(1)

    tried(examples)(given(**law.hypothesis._given_kwargs)(counted))()
    assert len(seen) >= examples
