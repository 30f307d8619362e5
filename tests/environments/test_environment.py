from __future__ import annotations

import json
import socketserver
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.environments import Environments
from clari_readiness.errors import NotVerified, ReadinessError, SecretError, SettingsError
from clari_readiness.model.time import SteppedClock, SystemClock
from clari_readiness.secrets import fixture_key

Loaded = Callable[..., Environments]

SIMULATED = '[env.simulated]\napi.key = "fixture://simulated"\n'
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@contextmanager
def closing_at_once() -> Iterator[tuple[str, Callable[[], int]]]:
    """A port that ends each connection at once, and how many there were."""
    seen: list[object] = []

    class Closing(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            seen.append(self.client_address)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Closing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", lambda: len(seen)
        server.shutdown()


def simulator(environments: Environments, **state: Any) -> None:
    directory = environments.get("simulated").make_directory()
    (directory / "simulator.json").write_text(json.dumps(state))


def test_an_unknown_environment_names_the_nearest_and_all(loaded: Loaded) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded("[env.dev]\n[env.staging]\n[env.prod]").get("prdo")
    assert "no environment 'prdo'; the nearest is prod; there are dev, staging, prod: name one with --env" in str(
        refused.value
    )


def test_the_others_are_all_but_the_one(loaded: Loaded) -> None:
    environments = loaded("[env.dev]\n[env.staging]\nfilled_in = false\n[env.prod]")
    assert environments.names == ("dev", "staging", "prod")
    assert [other.name for other in environments.others("prod")] == ["dev", "staging"]
    assert [other.filled_in for other in environments.others("prod")] == [True, False]


def test_the_name_decides_about_the_kind(loaded: Loaded) -> None:
    environments = loaded("[env.recorded]\n[env.simulated]\n[env.production]")
    assert [environments.get(name).kind for name in environments.names] == ["recorded", "simulated", "team"]


def test_the_key_is_resolved_with_the_environment_of_loading(loaded: Loaded) -> None:
    prod = loaded("[env.prod]", {"CLARI_API_KEY": "cl4ri-0123456789"}).get("prod")
    assert prod.secret().reveal() == "cl4ri-0123456789"
    assert "cl4ri" not in repr(prod)


def test_a_key_that_does_not_resolve_is_no_mistake_of_the_settings(loaded: Loaded) -> None:
    prod = loaded("[env.prod]").get("prod")
    with pytest.raises(SecretError, match="export CLARI_API_KEY="):
        prod.secret()


def test_a_secrets_manager_is_asked_once_and_its_refusal_is_remembered(loaded: Loaded) -> None:
    with closing_at_once() as (address, connections):
        variables = {"VAULT_ADDR": address, "VAULT_TOKEN": "hvs.a-token"}
        prod = loaded('[env.prod]\napi.key = "vault://secret/clari#api_key"', variables).get("prod")
        said = []
        for _ in range(3):
            with pytest.raises(SecretError, match="Vault could not be reached") as refused:
                prod.secret()
            said.append(refused.value)
        assert connections() == 1
    assert len({str(each) for each in said}) == 1
    assert len({id(each) for each in said}) == 3


def test_a_key_in_a_file_is_found_beside_the_settings_wherever_one_stands(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text("cl4ri-0123456789\n")
    prod = loaded('[env.prod]\napi.key = "file://key"').get("prod")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert prod.secret().reveal() == "cl4ri-0123456789"


@pytest.mark.parametrize("name", ["recorded", "simulated"])
def test_rehearsals_have_derived_keys(loaded: Loaded, name: str) -> None:
    environment = loaded(f'[env.{name}]\napi.key = "fixture://{name}"').get(name)
    assert environment.secret().reveal() == fixture_key(name)


@pytest.mark.parametrize(
    "written", ["https://api.clari.com/v4", "https://api.clari.com/v4/", "https://api.clari.com/v4//"]
)
def test_an_endpoint_has_no_slash_at_its_end(loaded: Loaded, written: str) -> None:
    assert loaded(f'[env.prod]\napi.base_url = "{written}"').get("prod").endpoint == "https://api.clari.com/v4"


def test_a_gateway_comes_before_the_base_url(loaded: Loaded) -> None:
    assert loaded('[env.prod]\napi.gateway = "https://gw/clari/"').get("prod").endpoint == "https://gw/clari"


def test_credentials_in_addresses_are_not_shown(loaded: Loaded) -> None:
    prod = loaded(
        '[env.prod]\napi.base_url = "https://u:hunter2@api.clari.com/v4"\napi.gateway = "https://u:hunter2@gw"\n'
        'warehouse.url = "snowflake://u@account"\ntrial.warehouse = "postgres://u@host"\n'
        'alerts.to = ["slack://hunter2/b/c"]\ndashboard.url = "https://u:hunter2@host"'
    ).get("prod")
    for shown in (prod, prod.api, prod.warehouse, prod.trial, prod.alerts, prod.dashboard):
        assert "hunter2" not in f"{shown!r} {shown}"


def test_where_the_warehouse_is_may_be_a_reference_which_shows_nothing(tmp_path: Path, loaded: Loaded) -> None:
    (tmp_path / "warehouse.url").write_text("postgresql://u:hunter2@db.example.com/sales\n")
    prod = loaded('[env.prod]\nwarehouse.url = "file://warehouse.url"').get("prod")
    assert prod.warehouse_url == "postgresql://u:hunter2@db.example.com/sales"
    assert "hunter2" not in f"{prod!r} {prod.warehouse!r} {vars(prod.warehouse)}"
    missing = loaded('[env.prod]\nwarehouse.url = "env://NO_SUCH_WAREHOUSE"').get("prod")
    with pytest.raises(SecretError, match="NO_SUCH_WAREHOUSE is not set"):
        _ = missing.warehouse_url


def test_the_directory_is_made_for_this_user_alone(loaded: Loaded, tmp_path: Path) -> None:
    prod = loaded("[env.prod]").get("prod")
    assert not (tmp_path / ".readiness").exists()
    assert prod.make_directory() == prod.directory == tmp_path / ".readiness" / "prod"
    assert [path.stat().st_mode & 0o777 for path in (prod.directory, prod.directory.parent)] == [0o700, 0o700]
    assert prod.make_directory() == prod.directory


def test_git_sees_nothing_of_what_is_left_behind(loaded: Loaded, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (loaded("[env.prod]").get("prod").make_directory() / "report.html").write_text("ours")
    seen = subprocess.run(
        ["git", "-C", tmp_path, "status", "--porcelain", "--untracked-files=all"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ".readiness" not in seen.stdout
    assert "clari-readiness.toml" in seen.stdout


def test_a_directory_that_others_could_read_is_closed_to_them(loaded: Loaded) -> None:
    prod = loaded("[env.prod]").get("prod")
    prod.directory.mkdir(parents=True, mode=0o755)
    assert prod.make_directory().stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_made_is_one_line(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / ".readiness").write_text("in the way")
    with pytest.raises(ReadinessError, match=r"cannot be made"):
        loaded("[env.prod]").get("prod").make_directory()


def test_records_of_ours_lie_in_the_directory_unless_settings_say_otherwise(loaded: Loaded, tmp_path: Path) -> None:
    environments = loaded('[env.a]\n[env.b]\nstate = "kept/b.duckdb"\n[env.c]\nstate = "/var/c.duckdb"')
    paths = [environments.get(name).state_path for name in "abc"]
    assert paths == [tmp_path / ".readiness/a/state.duckdb", tmp_path / "kept/b.duckdb", Path("/var/c.duckdb")]


@pytest.mark.parametrize(
    ("profile", "address"), [("v4", "http://127.0.0.1:8080/v4"), ("v1", "http://127.0.0.1:8080/v1")]
)
def test_the_simulator_says_where_it_listens(loaded: Loaded, profile: str, address: str) -> None:
    environments = loaded(SIMULATED + f'api.profile = "{profile}"')
    simulator(environments, base_url="http://127.0.0.1:8080/v4", running=True)
    assert environments.get("simulated").endpoint == address


def test_the_simulator_is_asked_anew_each_time(loaded: Loaded) -> None:
    environments = loaded(SIMULATED)
    for port in (8080, 8081):
        simulator(environments, base_url=f"http://127.0.0.1:{port}/v4", running=True)
        assert environments.get("simulated").endpoint == f"http://127.0.0.1:{port}/v4"


@pytest.mark.parametrize(
    "state", [None, {}, {"base_url": "http://127.0.0.1:8080/v4", "running": False}, {"base_url": 3}]
)
def test_a_simulator_that_is_not_running_is_not_verified(loaded: Loaded, state: dict[str, Any] | None) -> None:
    environments = loaded(SIMULATED)
    if state is not None:
        simulator(environments, **state)
    with pytest.raises(NotVerified) as refused:
        _ = environments.get("simulated").endpoint
    assert str(refused.value) == "the simulator is not running; start it with `clari-readiness simulate`"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"3"])
def test_a_state_of_the_simulator_that_cannot_be_read_is_one_line(loaded: Loaded, content: bytes) -> None:
    simulated = loaded(SIMULATED).get("simulated")
    (simulated.make_directory() / "simulator.json").write_bytes(content)
    with pytest.raises(NotVerified, match=r"simulator.json cannot be read"):
        _ = simulated.endpoint
    with pytest.raises(NotVerified, match=r"simulator.json cannot be read"):
        simulated.clock()


def test_the_simulators_clock_runs_at_its_pace(loaded: Loaded) -> None:
    environments = loaded(SIMULATED)
    since = datetime.now(UTC) - timedelta(seconds=10)
    simulator(environments, clock={"shown": NOON.isoformat(), "since": since.isoformat(), "speed": 60})
    shown = environments.get("simulated").clock().now() - NOON
    assert timedelta(seconds=600) <= shown < timedelta(seconds=900)


def test_the_simulators_clock_may_stand_still(loaded: Loaded) -> None:
    environments = loaded(SIMULATED)
    simulator(environments, clock={"shown": NOON.isoformat(), "since": NOON.isoformat(), "speed": 0.0})
    assert environments.get("simulated").clock().now() == NOON


@pytest.mark.parametrize(
    "clock",
    [
        None,
        "now",
        {"shown": "x", "since": NOON.isoformat(), "speed": 1},
        {"shown": NOON.isoformat(), "since": NOON.isoformat(), "speed": -1},
        {"shown": "2026-11-21T12:00:00", "since": NOON.isoformat(), "speed": 1},
        {"shown": NOON.isoformat(), "speed": 1},
    ],
)
def test_a_clock_that_cannot_be_read_is_not_guessed(loaded: Loaded, clock: Any) -> None:
    environments = loaded(SIMULATED)
    simulator(environments, clock=clock)
    with pytest.raises(NotVerified, match="does not tell the simulator's time"):
        environments.get("simulated").clock()


def test_recordings_have_the_clock_that_they_were_made_on(loaded: Loaded) -> None:
    recorded = loaded("[env.recorded]").get("recorded")
    clock = recorded.clock(NOON)
    assert isinstance(clock, SteppedClock)
    assert clock.now() == NOON
    with pytest.raises(ValueError, match="moment"):
        recorded.clock()


def test_a_teams_clock_is_the_machines(loaded: Loaded) -> None:
    assert isinstance(loaded("[env.prod]").get("prod").clock(NOON), SystemClock)


def test_an_environment_cannot_be_changed(loaded: Loaded) -> None:
    prod = loaded("[env.prod]").get("prod")
    with pytest.raises(ValueError, match="frozen"):
        prod.live = True
