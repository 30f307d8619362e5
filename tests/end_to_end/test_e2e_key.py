"""The API key is where it must be and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from clari_readiness.redact import variants
from clari_readiness.secrets import fixture_key
from tests.end_to_end.conftest import Story
from tests.end_to_end.place import REPOSITORY

CASSETTES = REPOSITORY / "cassettes"
KEYS = {name: variants(fixture_key(name)) for name in ("simulated", "recorded")}
LOOPBACK = (b"127.0.0.", b"localhost", b"[::1]", b"0.0.0.0")


def test_after_simulate_export_and_check_the_key_is_in_the_simulators_file_alone(story: Story) -> None:
    root = story.place.directory / ".readiness"
    files = [path for path in root.rglob("*") if path.is_file()]
    assert {"journal.jsonl", "report.html", "report.json", "history.jsonl", "warehouse.duckdb"} <= {
        path.name for path in files
    }
    assert any(path.parts[-4:-2] == ("landing", "net_bookings") for path in files)
    assert _holding(KEYS["simulated"], files) == [story.place.state / "simulator.json"]


def test_no_command_ever_shows_the_key(story: Story) -> None:
    said = "".join(ran.said for ran in (story.simulated, story.exported, story.judged)).encode()
    assert said.count(b"\n") > 30
    assert not [needle for needle in KEYS["simulated"] if needle in said]


def test_the_file_with_the_key_is_for_its_owner_alone(story: Story) -> None:
    assert oct((story.place.state / "simulator.json").stat().st_mode & 0o777) == "0o600"


def test_a_key_that_is_refused_is_not_shown_either(story: Story, tmp_path: Path) -> None:
    place, key = story.place.copy(tmp_path / "place"), "refused/key+with=signs-0123456789"
    place.remember_quarters(0)
    (place.directory / "key").write_text(key)
    place.reword('key = "fixture://simulated"', 'key = "file://key"')
    with place.simulator():
        refused = place.export("--anew")
        assert (refused.code, len(refused.lines)) == (1, 3), refused
        assert "HTTP 401" in refused.lines[0]
    assert not [needle for needle in variants(key) if needle in refused.said.encode()]
    left = [path for path in (place.directory / ".readiness").rglob("*") if path.is_file()]
    assert _holding(variants(key), left) == []


@pytest.mark.parametrize("key", KEYS)
def test_no_cassette_holds_a_key(key: str) -> None:
    assert _holding(KEYS[key], _cassettes()) == []


def test_no_cassette_tells_where_it_was_recorded() -> None:
    assert _holding(LOOPBACK, _cassettes()) == []


def _cassettes() -> list[Path]:
    found = [path for path in CASSETTES.rglob("*") if path.is_file()]
    assert found, "there are no cassettes"
    return found


def _holding(needles: Iterable[bytes], files: Iterable[Path]) -> list[Path]:
    wanted = tuple(needles)
    assert wanted
    return [path for path in files if any(needle in path.read_bytes() for needle in wanted)]
