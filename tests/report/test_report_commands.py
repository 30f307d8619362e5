"""`clari-readiness report` and `clari-readiness verify`, as a user calls them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from clari_readiness.cli import app
from clari_readiness.environments import load_default
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.gate.provenance import fingerprints
from clari_readiness.model.findings import GateReport, Provenance
from clari_readiness.report import write, write_page, write_reports
from clari_readiness.secrets import Secret
from clari_readiness.trial import exporter_version

SETTINGS = """
[default]
forecasts = ["net_bookings"]
fiscal_year = { starts = "02", named_after = "end" }
[env.prod]
live = true
exporter = "reference"
api = { base_url = "https://api.clari.com/v4", key = "env://CLARI_API_KEY" }
warehouse = { url = "duckdb:///warehouse.duckdb" }
[env.dev]
api = { base_url = "https://api.clari.com/v4", key = "env://CLARI_API_KEY_DEV" }
warehouse = { url = "duckdb:///dev.duckdb" }
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "clari-readiness.toml"
    path.write_text(SETTINGS)
    return path


def rests_on(settings: Path) -> Provenance:
    environments = load_default(settings)
    prod = environments.get("prod")
    return Provenance(fingerprints=fingerprints(environments, prod, exporter_version=exporter_version(prod)))


@pytest.fixture
def fresh(make: SimpleNamespace, settings: Path) -> GateReport:
    """A report of this minute, under these settings."""
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    report: GateReport = make.report(good_until=until, provenance=rests_on(settings))
    return report


def run(*words: str) -> tuple[int, str]:
    """Run a command; an error of ours is exit code 1, of settings 4, and its one line, as `main` says it."""
    ended = CliRunner().invoke(app, words)
    if isinstance(ended.exception, ReadinessError):
        return 4 if isinstance(ended.exception, SettingsError) else 1, str(ended.exception)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return ended.exit_code, ended.output


def test_a_fresh_go_is_intact_and_still_stands(fresh: GateReport, settings: Path, tmp_path: Path) -> None:
    write_reports(fresh, tmp_path)
    for name in ("report.html", "report.json"):
        code, said = run("verify", str(tmp_path / name), f"--config={settings}")
        assert code == 0, said
        assert "not damaged (SHA-256). Tampering was not looked for" in said
        assert said.rstrip().endswith("the decision still stands")


def test_with_the_key_it_says_that_it_looked_for_tampering(
    fresh: GateReport, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAL", "the seal's key")
    key = Secret("the seal's key", reference="env://SEAL", where="environment variable SEAL")
    write_page(fresh, tmp_path / "report.html", key=key)
    code, said = run("verify", str(tmp_path / "report.html"), "--key=env://SEAL", f"--config={settings}")
    assert (code, "not tampered with: sealed with the key of environment variable SEAL (HMAC-SHA-256)" in said) == (
        0,
        True,
    )
    assert "the seal's key" not in said
    write_page(fresh, tmp_path / "report.html")
    code, said = run("verify", str(tmp_path / "report.html"), "--key=env://SEAL", f"--config={settings}")
    assert (code, "sealed without a key" in said) == (1, True)


def test_the_settings_name_the_key_that_verify_uses(fresh: GateReport, settings: Path, tmp_path: Path) -> None:
    write_page(fresh, tmp_path / "report.html")
    (tmp_path / "seal.key").write_text("the seal's key")
    settings.write_text(
        settings.read_text().replace("[env.dev]", 'report = { seal_key = "file://seal.key" }\n[env.dev]')
    )
    code, said = run("verify", str(tmp_path / "report.html"), f"--config={settings}")
    assert (code, "sealed without a key" in said) == (1, True)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('forecasts = ["net_bookings"]', 'forecasts = ["renewals"]', True),
        ("warehouse.duckdb", "elsewhere.duckdb", True),
        ("dev.duckdb", "other.duckdb", False),
        ("[env.dev]", "# a comment\n[env.dev]", False),
    ],
)
def test_a_decision_ends_when_its_own_settings_change(
    fresh: GateReport, settings: Path, tmp_path: Path, old: str, new: str, *, changed: bool
) -> None:
    write_page(fresh, tmp_path / "report.html")
    settings.write_text(settings.read_text().replace(old, new))
    code, said = run("verify", str(tmp_path / "report.html"), f"--config={settings}")
    assert code == (1 if changed else 0)
    assert ("settings changed since" in said) == changed


def test_a_new_waiver_ends_the_decision(fresh: GateReport, settings: Path, tmp_path: Path) -> None:
    write_page(fresh, tmp_path / "report.html")
    waiver = '[[waivers]]\nitem = "MON-04"\nenv = "prod"\nreason = "r"\napproved_by = "b"\n'
    settings.write_text(f"{settings.read_text()}\n{waiver}approved_on = 2026-11-20\nexpires = 2027-01-31\n")
    assert run("verify", str(tmp_path / "report.html"), f"--config={settings}")[0] == 1


def test_an_old_decision_and_a_no_go_are_not_good(
    make: SimpleNamespace, fresh: GateReport, settings: Path, tmp_path: Path
) -> None:
    write_page(make.go(), tmp_path / "old.html")
    code, said = run("verify", str(tmp_path / "old.html"), f"--config={settings}")
    assert (code, "it was good until 2026-11-22 06:00 UTC" in said) == (1, True)
    write_page(make.report(good_until=fresh.good_until, decision=make.no_go().decision), tmp_path / "no.html")
    code, said = run("verify", str(tmp_path / "no.html"), f"--config={settings}")
    assert (code, "NO-GO, prod, exit code 1" in said, "still stands" in said) == (1, True, False)


def test_elsewhere_it_says_that_it_could_not_compare(
    fresh: GateReport, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_page(fresh, tmp_path / "report.html")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    code, said = run("verify", str(tmp_path / "report.html"))
    assert code == 10, said
    assert "whether settings, exporter and contracts are the same is not known" in said


def test_the_page_is_drawn_again_to_the_byte(fresh: GateReport, tmp_path: Path) -> None:
    write_reports(fresh, tmp_path)
    for suffix, original in ((".html", "report.html"), (".md", "report.md"), (".xml", "junit.xml")):
        again = tmp_path / f"again{suffix}"
        assert run("report", f"--from={tmp_path / 'report.json'}", f"--to={again}")[0] == 0
        assert again.read_bytes() == (tmp_path / original).read_bytes()


def test_a_report_of_an_earlier_version_is_drawn_as_well(make: SimpleNamespace, tmp_path: Path) -> None:
    write(make.go(), tmp_path / "report.json")
    document = json.loads((tmp_path / "report.json").read_text())
    for later in ("seal", "good_until", "provenance", "history"):
        del document[later]
    (tmp_path / "report.json").write_text(json.dumps(document))
    code, said = run("report", f"--from={tmp_path / 'report.json'}")
    assert (code, "GO, prod" in said) == (0, True)
    assert (tmp_path / "report.html").exists()


def test_a_changed_json_is_not_drawn(fresh: GateReport, tmp_path: Path) -> None:
    write(fresh, tmp_path / "report.json")
    text = (tmp_path / "report.json").read_text()
    (tmp_path / "report.json").write_text(text.replace('"words": "GO"', '"words": "NO-GO"'))
    code, said = run("report", f"--from={tmp_path / 'report.json'}")
    assert (code, "is damaged" in said) == (1, True)
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("to", ["page.pdf", "page", ".html.gz"])
def test_a_form_that_there_is_not_is_a_mistake_in_options(fresh: GateReport, tmp_path: Path, to: str) -> None:
    write(fresh, tmp_path / "report.json")
    code, said = run("report", f"--from={tmp_path / 'report.json'}", f"--to={tmp_path / to}")
    assert (code, "ends in .html, .md or .xml" in said) == (4, True)
    assert [path.name for path in tmp_path.glob("*") if path.suffix != ".toml"] == ["report.json"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"format": 2}'])
def test_what_is_no_report_is_one_line(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    code, said = run("report", f"--from={tmp_path / 'report.json'}")
    assert code == 1
    assert "\n" not in said
