"""Every setting that there is, found in the models themselves, with everything that TOML can write in its place.

A setting that is added must come with an example here; what is wrong with it is then tried by itself.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import tomlkit
from pydantic import BaseModel

from clari_readiness.environments import Environments, Settings, load
from clari_readiness.errors import SettingsError
from clari_readiness.model.time import SteppedClock

Keys = tuple[str, ...]

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CANARY = "sk-live-3141592653"
EVERYWHERE = """
live = true
filled_in = true
forecasts = ["net_bookings"]
types_to_export = ["forecast", "quota"]
value_names = { crm_closed = "closedWon" }
fiscal_year = { starts = "02", named_after = "end" }
history_quarters = 4
retention_quarters = 8
schedule = { current_quarter = "daily", past_quarters = "weekly" }
anomaly_threshold = 0.2
anomaly_types = ["forecast"]
unchanged_for = "4d"
job_timeout = "10m"
poll_interval = "2s"
api.profile = "v4"
api.base_url = "https://api.clari.com/v4"
api.gateway = "https://clari.example.com"
api.key = "env://K"
api.ca_file = "ca.pem"
service_account = { user_id = 4711, email = "clari-export@example.com" }
warehouse.url = "duckdb:///w.duckdb"
warehouse.forecasts = "a.b"
warehouse.columns = { owner_email = "rep_mail" }
warehouse.grain = ["job_id"]
warehouse.timeout = "5m"
trial.warehouse = "duckdb:///trial.duckdb"
trial.version_command = ["git", "rev-parse", "HEAD"]
trial.time_scale = 20.0
trial.at_once = 2
trial.env = { A = "b" }
trial.variables = { base_url = "URL" }
trial.tables.clari_forecasts.name = "x"
trial.tables.clari_forecasts.columns = { user_id = "y" }
key_rotation = { runbook = "runbook.md", rotated_on = 2026-10-01, every = "90d" }
key_fingerprint = "812c634ebaf8f9a031ea9c287ca372b85c6d73dea08ac7161012ccf0010cbd69"
fingerprint_salt = "0123456789abcdef"
alerts = { rules = ["alerts.yaml"], to = ["json://127.0.0.1:9/ops"] }
dashboard = { url = "https://grafana.example.com", file = "dashboard.json", completion_metric = "m" }
export_budget = 1
quota_reserve = 0.1
max_recording_age = "90d"
exact_within = "5m"
state = "state.duckdb"
metrics = "metrics.prom"
report = { personal_data = "initials", seal_key = "env://SEAL" }
opportunities = ["0061"]
"""
EXAMPLES = [
    tomllib.loads(EVERYWHERE + more)
    for more in (
        'exporter = { command = ["run"] }\nopportunities_from = { file = "ids.txt" }',
        'exporter = { callable = "pkg.mod:function" }\nopportunities_from = { query = "SELECT 1" }',
        'exporter = { managed = "fivetran" }',
    )
]
"""Settings that are all right; each setting is in one of them."""

KINDS: Mapping[str, Any] = {
    "true or false": True,
    "a whole number": 7,
    "a number": 0.5,
    "text": CANARY,
    "a date": date(2026, 10, 1),
    "a moment": datetime(2026, 10, 1, tzinfo=UTC),
    "a time": time(12),
    "a list": [CANARY, 7],
    "a list of tables": [{"x": CANARY}],
    "a table": {CANARY[:5]: CANARY},
}
"""All that TOML can write."""

ABSURD: Mapping[type, tuple[Any, ...]] = {
    str: ("", "   ", "a\nb", "\0", "\u202e\n"),
    int: (-1, 10**30),
    float: (-1.0, 1e308, math.nan, math.inf, -math.inf),
    date: (date(9999, 12, 31), date(2026, 11, 23)),
    list: ([""], [7], [[]], [True], [date(2026, 1, 1)], [{"x": 1}]),
    dict: ({"": 1}, {"x": {"y": {"z": 1}}}),
}
"""Of the right kind, and nothing that anybody can mean."""

DURATIONS = ("-1m", "1", "1 m", "1e9d", "999999w", "1y", "m", "1.5.5h", "१d")


def settings_of(model: type[BaseModel], above: Keys = ()) -> Iterator[Keys]:
    """Yield the path of every setting, of tables and of what is in them."""
    for name, field in model.model_fields.items():
        keys = (*above, field.alias or name)
        yield keys
        named = get_args(field.annotation)
        mapped = get_args(named[0])[:1] if named and get_origin(named[0]) is Literal else ()
        for inner in (field.annotation, *named):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from settings_of(inner, (*keys, *mapped))


ALL = list(settings_of(Settings))


def value_at(table: Any, keys: Keys) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def example_of(keys: Keys) -> dict[str, Any]:
    found = [each for each in EXAMPLES if value_at(each, keys) is not None]
    assert found, f"{'.'.join(keys)} is a setting, and no example has it"
    return deepcopy(found[0])


def loaded(directory: Path, own: dict[str, Any]) -> Environments:
    """Write settings and load them; the salt is the one thing that belongs in [default]."""
    path = directory / "clari-readiness.toml"
    default = {"fingerprint_salt": own.pop("fingerprint_salt")} if "fingerprint_salt" in own else {}
    path.write_text(tomlkit.dumps({"default": default, "env": {"prod": own}}), encoding="utf-8")
    return load(path, environ={}, clock=SteppedClock(NOW))


def refusal(directory: Path, keys: Keys, value: Any) -> str:
    """Return what is said of a value in the place of a setting; empty when it is taken."""
    own = example_of(keys)
    value_at(own, keys[:-1])[keys[-1]] = value
    try:
        loaded(directory, own)
    except SettingsError as error:
        return str(error).removeprefix(f"{directory / 'clari-readiness.toml'}: ")
    return ""


def assert_clear(said: str, keys: Keys) -> None:
    """Of a table that lacks what it needs, each is told; everything else that is wrong is one line."""
    lines = said.splitlines()
    assert len(lines) == 1 or isinstance(value_at(example_of(keys), keys), dict), said
    for line in lines:
        assert_clear_line(line.partition("clari-readiness.toml: ")[2] or line, keys)


def assert_clear_line(said: str, keys: Keys) -> None:
    table = "default" if keys[0] == "fingerprint_salt" else "env.prod"
    assert said.startswith(f"{table}.{'.'.join(keys)}"), said
    what = said.partition(": ")[2]
    assert what, said
    assert what not in ("is not valid", "is not written as it should be"), said
    assert len(said) < 260, said
    assert CANARY not in said
    assert "Input should" not in said


@pytest.mark.parametrize("example", EXAMPLES, ids=("command", "callable", "managed"))
def test_the_examples_are_all_right(tmp_path: Path, example: dict[str, Any]) -> None:
    assert loaded(tmp_path, deepcopy(example)).names == ("prod",)


@pytest.mark.parametrize("keys", ALL, ids=".".join)
def test_a_setting_of_another_kind_is_one_line_that_names_it(tmp_path: Path, keys: Keys) -> None:
    right = value_at(example_of(keys), keys)
    for kind, value in KINDS.items():
        same = type(value) is type(right) or (isinstance(right, float) and type(value) is int)
        if same and not (isinstance(right, list) and kind == "a list of tables"):
            continue
        said = refusal(tmp_path, keys, value)
        assert said, f"{'.'.join(keys)} may be {kind}"
        assert_clear(said, keys)


@pytest.mark.parametrize("keys", ALL, ids=".".join)
def test_a_setting_that_nobody_can_mean_is_one_line_that_names_it(tmp_path: Path, keys: Keys) -> None:
    right = value_at(example_of(keys), keys)
    is_duration = isinstance(right, str) and right[:-1].isdigit()
    for value in (*ABSURD.get(type(right), ()), *(DURATIONS if is_duration else ())):
        said = refusal(tmp_path, keys, value)
        assert said, f"{'.'.join(keys)} may be {value!r}"
        assert_clear(said, keys)


@pytest.mark.parametrize("keys", ALL, ids=".".join)
def test_a_setting_that_is_missing_has_a_default_or_is_asked_for(tmp_path: Path, keys: Keys) -> None:
    own = example_of(keys)
    del value_at(own, keys[:-1])[keys[-1]]
    try:
        loaded(tmp_path, own)
    except SettingsError as error:
        said = str(error).removeprefix(f"{tmp_path / 'clari-readiness.toml'}: ")
        assert "\n" not in said
        assert "missing" in said or "needs" in said or 'expected "reference"' in said
        assert ".".join(keys[:1]) in said
