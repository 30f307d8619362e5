from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clari_readiness.environments import Environments, load, load_default
from clari_readiness.errors import SettingsError
from clari_readiness.model.time import SteppedClock

Loaded = Callable[..., Environments]
Mistakes = Callable[[str], list[str]]

API = 'api.base_url = "https://api.clari.com/v4"\napi.key = "env://K"\n'
REST = 'forecasts = ["f"]\nfiscal_year = { starts = "01", named_after = "start" }\n'
LITERAL = "sk-live-3141592653"


def prod(line: str) -> str:
    return f"[env.prod]\n{API}{REST}{line}\n"


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("job_timeuot = '5m'", "env.prod.job_timeuot: unknown; the nearest is job_timeout"),
        ("api.ca_fil = 'x'", "env.prod.api.ca_fil: unknown; the nearest is ca_file"),
        ("base_url = 'x'", "env.prod.base_url: unknown here; there is api.base_url"),
        ("api.live = true", "env.prod.api.live: unknown here; there is live"),
        (
            "warehouse.columns.ownr_email = 'x'",
            "env.prod.warehouse.columns.ownr_email: unknown; the nearest is owner_email",
        ),
        (
            "trial = { warehouse = 'duckdb:///w', tables.clari_forecasts = { nme = 'x' } }",
            "env.prod.trial.tables.clari_forecasts.nme: unknown; the nearest is name",
        ),
        ("exporter = { comand = ['x'] }", "env.prod.exporter.comand: unknown; the nearest is command"),
        ("schedule.current = 'daily'", "env.prod.schedule.current: unknown; the nearest is current_quarter"),
        ("report.x = 1", "env.prod.report.x: unknown; known here are personal_data, seal_key"),
        ('"a b" = 1', 'env.prod."a b": unknown'),
        ('"a\\nb" = 1', 'env.prod."a\\nb": unknown'),
        ("live = 'yes'", "env.prod.live: expected true or false"),
        ("live = 1", "env.prod.live: expected true or false"),
        ("history_quarters = '4'", "env.prod.history_quarters: expected a whole number"),
        ("history_quarters = true", "env.prod.history_quarters: expected a whole number"),
        ("history_quarters = 4.0", "env.prod.history_quarters: expected a whole number"),
        ("history_quarters = -1", "env.prod.history_quarters: expected at least 0"),
        (
            "retention_quarters = 4",
            "env.prod.retention_quarters: expected at least 5: the current quarter and history_quarters",
        ),
        ("export_budget = -1", "env.prod.export_budget: expected at least 0"),
        ("quota_reserve = 1", "env.prod.quota_reserve: expected less than 1"),
        ("quota_reserve = -0.1", "env.prod.quota_reserve: expected at least 0"),
        ("anomaly_threshold = 20", "env.prod.anomaly_threshold: expected at most 1"),
        ("anomaly_threshold = 0", "env.prod.anomaly_threshold: expected more than 0"),
        ("anomaly_threshold = nan", "env.prod.anomaly_threshold: expected a finite number"),
        ("anomaly_threshold = 'x'", "env.prod.anomaly_threshold: expected a number"),
        ("job_timeout = 600", 'env.prod.job_timeout: expected a duration such as "90s", "10m", "1h" or "90d"'),
        ("job_timeout = '10 min'", 'env.prod.job_timeout: expected a duration such as "90s", "10m", "1h" or "90d"'),
        ("job_timeout = '-1m'", 'env.prod.job_timeout: expected a duration such as "90s", "10m", "1h" or "90d"'),
        ("job_timeout = '0m'", "env.prod.job_timeout: expected more than no time at all"),
        ("max_recording_age = '36h'", 'env.prod.max_recording_age: expected whole days, such as "90d" or "2w"'),
        ("types_to_export = ['forecast', 'qouta']", "env.prod.types_to_export[1]: unknown; the nearest is quota"),
        ("types_to_export = 'forecast'", "env.prod.types_to_export: expected a list: [...]"),
        ("types_to_export = []", "env.prod.types_to_export: expected at least 1 of them"),
        ("types_to_export = ['quota', 'quota']", "env.prod.types_to_export: names the same thing twice"),
        ("value_names = { crm_closd = 'x' }", "env.prod.value_names.crm_closd: unknown; the nearest is crm_closed"),
        ("api.profile = 'v5'", "env.prod.api.profile: expected 'v4' or 'v1'"),
        ("api.ca_file = ''", "env.prod.api.ca_file: is empty"),
        ("service_account = { user_id = 0, email = 'a@b' }", "env.prod.service_account.user_id: expected more than 0"),
        (
            "service_account = { user_id = 1, email = 'ab' }",
            "env.prod.service_account.email: expected an e-mail address",
        ),
        ("service_account = { user_id = 1 }", "env.prod.service_account.email: missing"),
        (
            "warehouse.url = 'warehouse.duckdb'",
            "env.prod.warehouse.url: expected a URL such as duckdb:///warehouse.duckdb",
        ),
        (
            "warehouse.url = 'postgresql://me:hunter2@db/sales'",
            "env.prod.warehouse.url: holds a password, which does not belong in a file; refer to the whole URL",
        ),
        ("warehouse = 'x'", "env.prod.warehouse: expected a table: { ... }"),
        (
            "schedule.current_quarter = 'never'",
            "env.prod.schedule.current_quarter: expected 'hourly', 'daily' or 'weekly'",
        ),
        ("exporter = 'refrence'", 'env.prod.exporter: expected "reference", or one of { command = [...] }'),
        ("exporter = { command = ['x'], managed = 'y' }", 'env.prod.exporter: expected "reference", or one of'),
        ("exporter = {}", 'env.prod.exporter: expected "reference", or one of'),
        ("exporter = { command = [] }", "env.prod.exporter.command: expected at least 1 of them"),
        ("exporter = { command = 'run me' }", "env.prod.exporter.command: expected a list: [...]"),
        ("exporter = { callable = 'pkg.mod' }", "env.prod.exporter.callable: expected package.module:function"),
        ("key_fingerprint = 'abc'", "env.prod.key_fingerprint: expected the 64 hexadecimal digits"),
        (f"key_fingerprint = '{'a' * 64}'", "env.prod.key_fingerprint: needs fingerprint_salt in [default]"),
        ("fingerprint_salt = '0123456789abcdef'", "env.prod.fingerprint_salt: belongs in [default]"),
        ("dashboard = {}", "env.prod.dashboard: needs url or file"),
        ("dashboard = { url = 'ftp://x' }", "env.prod.dashboard.url: expected an address such as"),
        (
            "key_rotation = { runbook = 'r', rotated_on = 2026-11-23 }",
            "env.prod.key_rotation.rotated_on: is in the future",
        ),
        (
            "key_rotation = { runbook = 'r', rotated_on = '2026-10-01' }",
            "env.prod.key_rotation.rotated_on: expected a date, written 2026-10-01 without quotes",
        ),
        (
            "key_rotation = { runbook = 'r', rotated_on = 2026-10-01T00:00:00Z }",
            "env.prod.key_rotation.rotated_on: expected a date, written 2026-10-01 without quotes",
        ),
        ("opportunities = ['']", "env.prod.opportunities[0]: is empty"),
        ('state = "a\\nb"', "env.prod.state: holds a line break"),
    ],
)
def test_a_mistake_is_one_line_with_its_key_and_what_is_wrong(mistakes: Mistakes, line: str, mistake: str) -> None:
    (found,) = mistakes(prod(line))
    assert found.startswith(mistake)


@pytest.mark.parametrize("month", ["00", "13", "2", "feb", ""])
def test_a_fiscal_year_starts_in_a_month(mistakes: Mistakes, month: str) -> None:
    text = f"[env.prod]\n{API}forecasts = ['f']\nfiscal_year = {{ starts = '{month}', named_after = 'end' }}"
    assert mistakes(text) == ['env.prod.fiscal_year.starts: expected a month, "01" to "12"']


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            f"[env.prod]\n{API}fiscal_year = {{ starts = '01', named_after = 'end' }}",
            "env.prod.forecasts: missing; name at",
        ),
        (f"[env.prod]\n{API}forecasts = ['f']", "env.prod.fiscal_year: missing; say when"),
        (f"[env.prod]\n{REST}", "env.prod.api: missing; say where Clari is"),
        (f"[env.prod]\n{REST}api = {{ base_url = 'https://a' }}", "env.prod.api.key: missing; refer to the key"),
        (
            f"[env.prod]\n{REST}api = {{ key = 'env://K' }}",
            'env.prod.api.base_url: missing; profile v4 is at "https://api',
        ),
        (
            f"[env.prod]\n{REST}api = {{ key = 'env://K', profile = 'v1' }}",
            "env.prod.api.base_url: missing; profile v1 is at",
        ),
        ("[default]\n", "env: missing; there must be at least one environment: [env.NAME]"),
        ("", "env: missing; there must be at least one environment: [env.NAME]"),
        (prod("") + "[defualt]", "defualt: unknown; the nearest is default"),
        (f"forecasts = ['f']\n{prod('')}", "forecasts: belongs in [default] or [env.NAME]"),
        (f"forcasts = ['f']\n{prod('')}", "forcasts: unknown; the nearest is forecasts, in [default] or [env.NAME]"),
        (f"zzz = 1\n{prod('')}", "zzz: unknown; known here are default, env"),
        (f"default = 3\n{prod('')}", "default: expected a table"),
        ("env = 3", "env: expected a table"),
        ("env.prod = 3", "env.prod: expected a table: [env.NAME]"),
        ('[env."../prod"]', 'env."../prod": a name is made of letters, digits, - and _'),
        (f"[env.recorded]\nlive = true\n{API}{REST}", "env.recorded.live: recorded is a rehearsal and cannot be live"),
        (f"[env.simulated]\n{API}{REST}", "env.simulated.api.base_url: does not belong here"),
    ],
)
def test_a_file_that_lacks_something_or_has_it_in_the_wrong_place(mistakes: Mistakes, text: str, mistake: str) -> None:
    (found,) = mistakes(text)
    assert found.startswith(mistake)


def test_all_mistakes_are_said_at_once(mistakes: Mistakes) -> None:
    found = mistakes(prod("live = 'x'\nexport_budget = -1\nliv = 1") + "[env.dev]\n[envs]")
    assert [line.partition(":")[0] for line in found] == [
        "envs",
        "env.prod.live",
        "env.prod.export_budget",
        "env.prod.liv",
        "env.dev.forecasts",
        "env.dev.fiscal_year",
        "env.dev.api",
    ]


def test_a_mistake_in_default_is_said_once_and_where_it_is(mistakes: Mistakes) -> None:
    text = f"[default]\nhistory_quaters = 3\nexport_budget = -1\n{API}{REST}[env.a]\n[env.b]\nexport_budget = -2\n"
    assert mistakes(text) == [
        "default.export_budget: expected at least 0",
        "default.history_quaters: unknown; the nearest is history_quarters",
        "env.b.export_budget: expected at least 0",
    ]


def test_an_inherited_address_is_no_mistake_of_the_simulated_environment(loaded: Loaded) -> None:
    assert loaded("[env.simulated]").get("simulated").kind == "simulated"


@pytest.mark.parametrize(
    "line",
    [
        f"api.key = '{LITERAL}'",
        f"api.key = 'evn://{LITERAL}'",
        f"api.key = 'x://{LITERAL}'",
        f"api.key = ['{LITERAL}']",
        f"api.key = {{ x = '{LITERAL}' }}",
        f"api.kay = '{LITERAL}'",
        f"key = '{LITERAL}'",
        f"api = '{LITERAL}'",
        f"api.base_url = 'https://u:{LITERAL}@'",
        f"api.base_url = 'https://u:{LITERAL}@[x/'",
        f"api.base_url = '{LITERAL}'",
        f"api.profile = '{LITERAL}'",
        f"live = '{LITERAL}'",
        f"alerts.to = ['{LITERAL}']",
        f"types_to_export = ['{LITERAL}']",
        f"key_fingerprint = '{LITERAL}'",
        f"warehouse.url = 'u:{LITERAL}@host'",
        f"warehouse.url = 'postgresql://u:{LITERAL}@host/db'",
        f"warehouse.url = 'postgresql://u@host/db?password={LITERAL}'",
        f"warehouse.url = 'postgresql://u:{LITERAL}@[host/db'",
        f"warehouse.url = 'env://{LITERAL}-'",
        f"exporter = '{LITERAL}'",
        f"job_timeout = '{LITERAL}'",
        f"api.key = {LITERAL}",
        f"api.key = '{LITERAL}",
        f"live = true {LITERAL}",
    ],
)
def test_nothing_that_was_written_is_repeated_wherever_a_key_was_put(
    settings_file: Path, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    header = prod("").replace(API, "") if line.startswith("api =") else f"[env.prod]\n{REST}api.gateway = 'https://g'\n"
    settings_file.write_text(f"{header}{line}\n")
    with caplog.at_level(logging.DEBUG), pytest.raises(SettingsError) as refused:
        load(settings_file, environ={})
    error = refused.value
    assert LITERAL not in "".join(traceback.format_exception(error))
    assert LITERAL not in f"{error!r} {error.args} {error.__context__!r} {error.__cause__!r} {caplog.text}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf[env.a]", ": begins with a byte order mark; save it as UTF-8 without one"),
        ("[env.a]".encode("utf-16"), ": begins with a byte order mark; save it as UTF-8 without one"),
        (b"[env.a]\na = '\xff'", ": line 2: is not UTF-8; save the file as UTF-8"),
        (b"a = 1\na = 2\n", ": line 2, column 6: this key or table is there already"),
        (b"[a]\n[a]\n", ": line 2, column 3: this key or table is there already"),
        (b"[env.a]\nx = \n", ": line 2, column 5: this is no value; texts need quotes"),
        (b"[env.a]\nx = yes\n", ": line 2, column 5: this is no value; texts need quotes"),
        (b"[env.a\n", ": line 1, column 7: expected ']' at the end of a table declaration"),
        (b"x = { a = 1 }\nx.b = 2\n", ": line 2, column 8: this table is closed; write the key inside of its { }"),
        (
            b"x = { a = 1,\n",
            ": line 1, column 13: no key begins like this; a table in { } is on one line, without a comma",
        ),
        (b"x = [", ": line 1: this is no value; texts need quotes"),
        (b"x = " + b"[" * 5_000, ": holds a number or a nesting that is too large to read"),
        (b"x = " + b"9" * 5_000, ": holds a number or a nesting that is too large to read"),
    ],
)
def test_a_file_that_is_no_toml_says_where(settings_file: Path, content: bytes, said: str) -> None:
    settings_file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        load(settings_file, environ={})
    assert str(refused.value).startswith(f"{settings_file}{said}")
    assert "\n" not in str(refused.value)
    assert refused.value.__context__ is None


def test_tabs_are_white_space(loaded: Loaded) -> None:
    assert loaded("[env.prod]\n\tlive\t=\ttrue\n").get("prod").live


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere.toml: there is no such file; .*clari-readiness init"):
        load(tmp_path / "nowhere.toml", environ={})


def test_a_directory_is_not_a_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is a directory"):
        load(tmp_path, environ={})


def test_a_day_that_has_begun_somewhere_is_not_in_the_future(loaded: Loaded) -> None:
    rotation = 'key_rotation = { runbook = "r", rotated_on = 2026-11-22 }'
    assert loaded(f"[env.prod]\n{rotation}").get("prod").key_rotation


@pytest.mark.parametrize("name", ["recorded", "simulated"])
def test_rehearsals_say_the_same_whatever_the_machines_clock_says(
    settings_file: Path, loaded: Loaded, name: str
) -> None:
    loaded(f'[env.{name}]\nkey_rotation = {{ runbook = "r", rotated_on = 2026-10-01 }}')
    long_ago = SteppedClock(datetime(2020, 1, 1, tzinfo=UTC))
    assert load(settings_file, environ={}, clock=long_ago).get(name).key_rotation


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    monkeypatch.setenv("CLARI_API_KEY", "cl4ri-0123456789")
    return {}


@pytest.mark.usefixtures("environ")
def test_the_file_is_found_from_a_directory_below_it(
    loaded: Loaded, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded("[env.prod]")
    below = settings_file.parent / "a" / "b"
    below.mkdir(parents=True)
    for directory in (settings_file.parent, below):
        monkeypatch.chdir(directory)
        environments = load_default()
        assert environments.path == settings_file
        assert environments.get("prod").secret().reveal() == "cl4ri-0123456789"


def test_a_named_file_comes_before_one_that_is_found(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded("[env.prod]")
    other = tmp_path / "other.toml"
    other.write_text(prod("").replace("env.prod", "env.other"))
    monkeypatch.chdir(tmp_path)
    assert load_default(Path("other.toml")).names == ("other",)


def test_without_any_file_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"not found in .* or above it; write one with `clari-readiness init`"):
        load_default()


def test_what_is_below_a_key_that_nobody_knows_is_not_judged(mistakes: Mistakes) -> None:
    names = "tables = { name = 'fct', columns = { user_id = 'rep', field_id = 'field' } }"
    found = mistakes(prod(f"trial.warehouse = 'duckdb:///w'\ntrial.{names}"))
    expected = "expected 'clari_forecasts', 'audit_events' or 'opportunities'"
    assert [line.partition("env.prod.")[2] for line in found] == [
        f"trial.tables.name: {expected}",
        f"trial.tables.columns: {expected}",
    ]
