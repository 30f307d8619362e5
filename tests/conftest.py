"""Laws are counted (HYPOTHESIS_PROFILE=soak tries far more examples), and tests have something to say."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests import laws
from tests.elsewhere import ENGINES, PLACES, is_dealt
from tests.servers import postgres_server

if TYPE_CHECKING:
    from tests.bigquery_server import BigQuery
    from tests.snowflake_server import Snowflake

laws.load_profile()

_LONGEST = ("exporter", "warehouse", "sabotage", "end_to_end", "month", "deploy", "installed", "monitoring")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{laws.DATABASE}: a law that needs a warehouse for each example")
    # Who is started in the background ignores Ctrl-C, and so would all that tests start, and then stop by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    laws.prepare(items)
    dealt = {item: _is_dealt(item) for item in items}
    config.hook.pytest_deselected(items=[item for item, chosen in dealt.items() if not chosen])
    items[:] = sorted((item for item, chosen in dealt.items() if chosen), key=_place_in_line)


def _place_in_line(item: pytest.Item) -> int:
    """Return where a test's directory comes: what takes longest first, so that no processor waits for the last file."""
    directory = item.path.parent.name
    return _LONGEST.index(directory) if directory in _LONGEST else len(_LONGEST)


def _is_dealt(item: pytest.Item) -> bool:
    """Whether a question to the warehouse that every engine is asked is asked of this one."""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    engine = next((params[place] for place in PLACES if params.get(place) in ENGINES), None)
    return engine is None or is_dealt(item.nodeid.replace(engine, ""), engine)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    with laws.counted(item):
        return (yield)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> laws.Tally:
    """What a law counts its own examples in, when Hypothesis does not call it for each of them."""
    found = laws.tally_of(request.node)
    assert found is not None, "only a law has a tally"
    return found


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is in Tokyo, nine hours ahead of UTC."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the address of a PostgreSQL server: one for all workers of a run, which the last of them stops."""
    with postgres_server(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)) as address:
        yield address


@pytest.fixture(scope="session")
def snowflake() -> Iterator[Snowflake]:
    """Return what stands in for Snowflake, which listens as long as this process runs tests."""
    from tests.snowflake_server import snowflake_server  # noqa: PLC0415 - only who asks for it loads the connector

    with snowflake_server() as server:
        yield server


@pytest.fixture(scope="session")
def bigquery() -> Iterator[BigQuery]:
    """Return what stands in for BigQuery, which listens as long as this process runs tests."""
    from tests.bigquery_server import bigquery_server  # noqa: PLC0415 - only who asks for it loads the client

    with bigquery_server() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as `said`, in whichever worker they ran, and in a soak what became of each law."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "said":
                terminalreporter.write_line(value)
    if laws.PROFILE == "soak":
        ended = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
        for line in laws.table(ended):
            terminalreporter.write_line(line)
