"""The pytest plugin: options, fixtures and hooks of the gate. It wires, and decides nothing."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from typing import Any

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.gate.catalogue import SUBSETS
from clari_readiness.gate.items import MARK, promise_of
from clari_readiness.plugin.alerting import alert_rules, drills
from clari_readiness.plugin.anomalies import anomaly_threshold, detection_self_test, earlier_detections
from clari_readiness.plugin.dry_run import alone
from clari_readiness.plugin.ending import Ending
from clari_readiness.plugin.fixtures import (
    clari,
    client,
    clients,
    clock,
    connection,
    contracts,
    declarations,
    environment,
    environments,
    evidence,
    exporter,
    landing,
    quarters,
    quarters_due,
    readiness,
    today,
    trial,
    warehouse,
    window,
    window_of_yesterday,
)
from clari_readiness.plugin.jobs import ledger, listed_jobs
from clari_readiness.plugin.options import activate, add_options
from clari_readiness.plugin.own import load_own_fixtures
from clari_readiness.plugin.reconciliation import earlier_reconciliations, periods_seen, reconciliation
from clari_readiness.plugin.session import GATE, GateSession
from clari_readiness.plugin.tests_page import know_option, require_page

__all__ = [
    "alert_rules",
    "anomaly_threshold",
    "clari",
    "client",
    "clients",
    "clock",
    "connection",
    "contracts",
    "declarations",
    "detection_self_test",
    "drills",
    "earlier_detections",
    "earlier_reconciliations",
    "environment",
    "environments",
    "evidence",
    "exporter",
    "landing",
    "ledger",
    "listed_jobs",
    "periods_seen",
    "quarters",
    "quarters_due",
    "readiness",
    "reconciliation",
    "today",
    "trial",
    "warehouse",
    "window",
    "window_of_yesterday",
]

RUN = "clari_readiness_run"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the gate's options."""
    add_options(parser)
    know_option(parser)


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Keep xdist from starting workers for a dry run, before it makes up its mind; see that `--html` can be kept."""
    alone(config)
    require_page(config)
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the gate when this is a run of it; a mistake in settings stops here, with exit code 4."""
    config.addinivalue_line("markers", f"{MARK}(promise): which item of the checklist a check belongs to")
    for marker in SUBSETS:
        config.addinivalue_line("markers", f"{marker}: the checks that -m {marker} alone decides over")
    if not activate(config):
        return
    config.addinivalue_line("filterwarnings", "default")
    if config.getoption("tbstyle", default="") == "auto":
        config.option.tbstyle = "no"
    try:
        run = getattr(config, "workerinput", {}).get(RUN) or uuid.uuid4().hex
        session = GateSession(config, run)
        registered = config.pluginmanager.register(session, GATE)
        load_own_fixtures(config, session.readiness.environment.base)
    except ReadinessError as error:
        raise pytest.UsageError(str(error)) from error
    if registered is None:
        raise pytest.UsageError(f"the gate cannot decide with -p no:{GATE}")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Ending(config))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse to run checks as ordinary tests, which decide nothing."""
    if config.pluginmanager.get_plugin(GATE) is None and any(promise_of(item) for item in items):
        raise pytest.UsageError("checks are decided over by the gate alone: run `pytest checks`")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker which run it belongs to, so that all of them share one collection of evidence."""
    session = node.config.pluginmanager.get_plugin(GATE)
    if session is not None:
        node.workerinput[RUN] = session.run
