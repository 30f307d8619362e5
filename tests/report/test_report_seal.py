"""A seal finds damage, with a key tampering as well; and a decision ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.model.findings import Provenance
from clari_readiness.report import ended, opened, require_signature, write, write_page
from clari_readiness.report.seal import sealed_document, sealed_page
from clari_readiness.secrets import Secret

KEY = Secret("a key to seal with", reference="env://SEAL", where="environment variable SEAL")
OTHER = Secret("another key", reference="env://OTHER", where="environment variable OTHER")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
WRITERS: dict[str, Callable[..., None]] = {"report.html": write_page, "report.json": write}


@pytest.fixture(params=sorted(WRITERS))
def name(request: pytest.FixtureRequest) -> str:
    """Each kind of file that is sealed."""
    return str(request.param)


@pytest.fixture
def report(make: SimpleNamespace) -> Any:
    return make.report(
        provenance=Provenance(fingerprints={"settings": "a" * 64, "exporter": "", "contracts": "c" * 64})
    )


def test_what_was_written_is_intact_and_says_what_it_claims(name: str, report: Any, tmp_path: Path) -> None:
    WRITERS[name](report, tmp_path / name, key=KEY)
    found = opened(tmp_path / name)
    require_signature(found, tmp_path / name, KEY)
    assert (found.claim.environment, found.claim.decision, found.claim.exit_code) == ("prod", "GO", 0)
    assert found.claim.fingerprints == report.provenance.fingerprints


def test_any_byte_that_is_another_one_is_found(name: str, report: Any, tmp_path: Path) -> None:
    path = tmp_path / name
    WRITERS[name](report, path)
    whole = path.read_bytes()
    for place in range(0, len(whole), 997):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x01]) + whole[place + 1 :])
        with pytest.raises(ReadinessError) as refused:
            opened(path)
        assert "\n" not in str(refused.value)
        assert str(path) in str(refused.value)


@pytest.mark.parametrize("kept", [0, 1, 100, 5000, -1, -60])
def test_a_file_that_is_cut_short_is_found(name: str, report: Any, tmp_path: Path, kept: int) -> None:
    path = tmp_path / name
    WRITERS[name](report, path)
    path.write_bytes(path.read_bytes().rstrip(b"\n")[:kept])
    with pytest.raises(ReadinessError):
        opened(path)


def test_who_seals_a_changed_report_again_is_found_out_by_the_key_alone(report: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_page(report, path, key=KEY)
    forged = opened(path).content.replace(b"GO", b"NO").decode()
    path.write_bytes(sealed_page(forged, OTHER))
    found = opened(path)  # the checksum is right
    with pytest.raises(ReadinessError, match="tampered with, or was sealed with another key"):
        require_signature(found, path, KEY)


def test_who_takes_the_hmac_away_is_found_out(report: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(report, path, key=KEY)
    document = {key: value for key, value in json.loads(path.read_text()).items() if key != "seal"}
    path.write_text(json.dumps(sealed_document({**document, "live": False}, None)))
    with pytest.raises(ReadinessError, match="sealed without a key"):
        require_signature(opened(path), path, KEY)


def test_the_key_is_in_no_file(name: str, report: Any, tmp_path: Path) -> None:
    WRITERS[name](report, tmp_path / name, key=KEY)
    assert KEY.reveal() not in (tmp_path / name).read_text()


@pytest.mark.parametrize(
    ("now", "fingerprints", "reasons"),
    [
        (NOON, {"settings": "a" * 64, "contracts": "c" * 64}, ()),
        (NOON, {}, ()),
        (NOON.replace(day=22, hour=5), {}, ()),
        (NOON.replace(day=22, hour=7), {}, ("it was good until 2026-11-22 06:00 UTC",)),
        (NOON, {"settings": "b" * 64}, ("settings changed since",)),
        (NOON, {"exporter": "b" * 64, "contracts": "d" * 64}, ("contracts changed since",)),
    ],
)
def test_a_decision_ends_after_a_day_or_when_something_changes(
    report: Any, tmp_path: Path, now: datetime, fingerprints: dict[str, str], reasons: tuple[str, ...]
) -> None:
    write_page(report, tmp_path / "report.html")
    assert ended(opened(tmp_path / "report.html").claim, now, fingerprints) == reasons


@pytest.mark.parametrize("content", ["", "{}", "{", "<html></html>", '{"format": 1, "seal": 7}', "\x00"])
def test_what_is_no_report_is_one_line_that_names_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "some.html"
    path.write_text(content)
    with pytest.raises(ReadinessError, match=r"some\.html") as refused:
        opened(path)
    assert "\n" not in str(refused.value)
