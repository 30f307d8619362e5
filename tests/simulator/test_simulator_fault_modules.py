"""Every fault is a module of its own, in reach, tried, and says what a good exporter does about it."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import clari_readiness.simulator
from clari_readiness.simulator import faults

NOT_FAULTS = {"Content", "Fault", "Injector", "Match"}
FAULTS = {name: getattr(faults, name) for name in faults.__all__ if name not in NOT_FAULTS}


def modules():
    for found in pkgutil.walk_packages(faults.__path__, faults.__name__ + "."):
        yield importlib.import_module(found.name)


def own_faults(module):
    for name, each in inspect.getmembers(module, inspect.isclass):
        acts = is_dataclass(each) and hasattr(each, "act") and not inspect.isabstract(each)
        if acts and each.__module__ == module.__name__:
            yield name


def test_every_fault_is_exported():
    assert {name for module in modules() for name in own_faults(module)} == set(FAULTS)
    assert set(FAULTS) <= set(clari_readiness.simulator.__all__)


@pytest.mark.parametrize(
    "module", [each for each in modules() if list(own_faults(each))], ids=lambda each: each.__name__
)
def test_a_fault_has_a_module_of_its_own_that_says_what_a_good_exporter_does(module):
    assert len(list(own_faults(module))) == 1
    assert "A good exporter " in module.__doc__


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_tried_against_a_simulator(name):
    called = {
        node.id
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name)
    }
    assert name in called


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_frozen_and_has_a_match(name):
    kind = FAULTS[name]
    assert kind.__dataclass_params__.frozen
    assert "match" in {each.name for each in kind.__dataclass_fields__.values()} or isinstance(kind.match, property)
