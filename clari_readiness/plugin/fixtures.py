"""What checks ask: the environment, Clari's answers, the warehouse. A team overrides any of them in its conftest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from clari_readiness.environments import Environment, Environments
from clari_readiness.exporter import Landing, due_by_now, overdue_before, window_of
from clari_readiness.gate.answers import Clari, require_connection
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.readiness import Connect, Readiness
from clari_readiness.gate.rehearsal import landing_of, open_warehouse
from clari_readiness.gate.warehouse import AskedWarehouse
from clari_readiness.model.calendar import Quarter, Window
from clari_readiness.model.findings import Concession
from clari_readiness.model.time import Clock
from clari_readiness.plugin.session import EVIDENCE, GATE, GateSession
from clari_readiness.plugin.trial import AskedTrial, asked_trial
from clari_readiness.trial import Wishes
from clari_readiness.validation import Contracts


@pytest.fixture(scope="session")
def readiness(pytestconfig: pytest.Config) -> Readiness:
    """Return what this run of the gate stands on."""
    session = pytestconfig.pluginmanager.get_plugin(GATE)
    if not isinstance(session, GateSession):
        pytest.fail("this fixture belongs to checks: run `pytest checks`", pytrace=False)
    return session.readiness


@pytest.fixture(scope="session")
def environments(readiness: Readiness) -> Environments:
    """Return every environment of the settings file."""
    return readiness.environments


@pytest.fixture(scope="session")
def environment(readiness: Readiness) -> Environment:
    """Return the environment that is judged."""
    return readiness.environment


@pytest.fixture(scope="session")
def clock(readiness: Readiness) -> Clock:
    """Return the environment's clock: the machine's, the simulator's or the recordings'."""
    return readiness.clock_at()


@pytest.fixture(scope="session")
def today(clock: Clock) -> date:
    """Return the day it is, by the environment's clock, in UTC."""
    return clock.now().date()


@pytest.fixture(scope="session")
def quarters(environment: Environment, today: date) -> tuple[Quarter, ...]:
    """Return the fiscal quarters that must be covered, the current one first."""
    return environment.fiscal_year.history(today, environment.history_quarters)


@pytest.fixture(scope="session")
def quarters_due(environment: Environment, clock: Clock) -> tuple[Quarter, ...]:
    """Return the fiscal quarters whose exports must be there, however early in the day it is, the newest first."""
    return due_by_now(environment, clock)


@pytest.fixture(scope="session")
def window(environment: Environment, clock: Clock) -> Window:
    """Return the quarters that are to be kept."""
    return window_of(environment, clock)


@pytest.fixture(scope="session")
def declarations(readiness: Readiness) -> tuple[Concession, ...]:
    """Return what people declare for this environment and is valid on this day."""
    stated = readiness.concessions([item.id for item in CATALOGUE])
    return tuple(one for one in stated if one.kind == "declaration" and not one.problem)


@pytest.fixture(scope="session")
def window_of_yesterday(environment: Environment, clock: Clock) -> Window:
    """Return the window before which nothing may lie any more, however early in the day it is."""
    return overdue_before(environment, clock)


@pytest.fixture(scope="session")
def contracts() -> Contracts:
    """Return the contracts of every document that the suite reads."""
    return Contracts()


@pytest.fixture
def evidence(request: pytest.FixtureRequest) -> EvidenceLog:
    """Return what takes the evidence of one check."""
    log = EvidenceLog()
    request.node.stash[EVIDENCE] = log
    return log


@pytest.fixture(scope="session")
def client(readiness: Readiness) -> Connect:
    """Return what opens a client of Clari: a team overrides it where its way there is another, such as a gateway's."""
    return readiness.connect_as_set


@pytest.fixture(scope="session", autouse=True)
def clients(request: pytest.FixtureRequest) -> None:
    """Let everything in a run of the gate that asks Clari ask through `client`, whoever has overridden it."""
    session = request.config.pluginmanager.get_plugin(GATE)
    if isinstance(session, GateSession):
        session.readiness.connect_by = request.getfixturevalue("client")


@pytest.fixture(scope="session")
def exporter() -> Wishes:
    """Return which exporter is put on trial, as the options of `clari-readiness trial` say it: that of the settings."""
    return Wishes()


@pytest.fixture
def connection(readiness: Readiness, evidence: EvidenceLog) -> Clari:
    """Return Clari's answers before anything is known to work: for the checks that find that out."""
    return Clari(readiness.answers, evidence)


@pytest.fixture
def clari(connection: Clari, environment: Environment) -> Clari:
    """Return Clari's answers; NOT VERIFIED, with one cause for all, when the key or the connection is missing."""
    require_connection(connection, environment)
    return connection


@pytest.fixture
def trial(readiness: Readiness, exporter: Wishes, evidence: EvidenceLog) -> AskedTrial:
    """Return what the trial of the exporter found: run now in a rehearsal, on record in a live environment."""
    return asked_trial(readiness, exporter, evidence)


@pytest.fixture
def warehouse(readiness: Readiness, evidence: EvidenceLog) -> Iterator[AskedWarehouse]:
    """Return the team's warehouse, read-only, through the mapping of its tables."""
    with open_warehouse(readiness) as reader:
        yield AskedWarehouse(reader, evidence)


@pytest.fixture
def landing(readiness: Readiness, environment: Environment) -> Landing | None:
    """Return where raw files are kept, when the reference exporter keeps them: those of others nobody can see."""
    return landing_of(readiness) if environment.uses_reference_exporter else None
