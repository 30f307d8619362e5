"""GO: only a live environment can say it. Over TLS, through a team's own gateway, for both kinds of team."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from clari_readiness.gate.catalogue import CATALOGUE
from tests.sabotage.gateway import gateway
from tests.sabotage.integration import KEYS, REPOSITORY, Integration, Judgement, fingerprint_of
from tests.sabotage.live import KEY, MANAGED, OWN, Live, live

CHECKS = str(REPOSITORY / "checks")
WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])


@pytest.fixture(scope="module")
def ready(template: Integration, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(template, tmp_path_factory.mktemp("live") / "integration") as filled_in:
        yield filled_in


def results(judged: Judgement) -> dict[str, str]:
    assert judged.report is not None, judged.printed
    return {item["id"]: item["result"] for item in judged.report["items"]}


@WORKERS
def test_a_team_with_an_exporter_and_a_full_trial_on_record_reaches_go(
    ready: Live, tmp_path: Path, workers: Sequence[str]
) -> None:
    before = len(ready.simulator.journal.lines)
    judged = ready.copy(tmp_path / "prod").judge(CHECKS, *workers)
    assert judged.exit_code == 0, judged.printed
    assert "\nGO   exit code 0   prod, live" in judged.printed
    assert results(judged) == {item.id: "PASS" for item in CATALOGUE}
    assert {line.method for line in ready.simulator.journal.lines[before:]} == {"GET"}, "the gate has changed something"


@WORKERS
def test_a_team_with_a_managed_connector_reaches_go(ready: Live, tmp_path: Path, workers: Sequence[str]) -> None:
    integration = ready.copy(tmp_path / "prod")
    integration.reword(OWN, MANAGED)
    judged = integration.judge(CHECKS, *workers)
    assert judged.exit_code == 0, judged.printed
    assert "\nGO   exit code 0   prod, live" in judged.printed
    trial_only = {item.id for item in CATALOGUE if item.sources == ("trial",)}
    assert {item for item, result in results(judged).items() if result != "PASS"} == trial_only
    assert {results(judged)[item] for item in trial_only} == {"NOT APPLICABLE"}


def another_ca(_ready: Live, integration: Integration) -> None:
    trustme.CA().cert_pem.write_to_path(str(integration.directory / "ca.pem"))


def no_ca(_ready: Live, integration: Integration) -> None:
    integration.reword('api.ca_file = "ca.pem"\n', "")


def another_host(ready: Live, integration: Integration) -> None:
    integration.reword(f"https://localhost:{ready.port}/v4", f"https://127.0.0.1:{ready.port}/v4")


def http_to_the_gateway(ready: Live, integration: Integration) -> None:
    integration.reword(f"https://localhost:{ready.port}/v4", f"{ready.simulator.base_url()}")


def the_token_was_changed(_ready: Live, integration: Integration) -> None:
    integration.reword(fingerprint_of(KEY), fingerprint_of("the-token-before-the-rotation"))


@pytest.mark.parametrize(
    ("breakage", "item", "said"),
    [
        (another_ca, "CONN-01", "is not trusted ("),
        (no_ca, "CONN-01", "is not trusted ("),
        (another_host, "CONN-01", "IP address mismatch"),
        (http_to_the_gateway, "API-01", "the address is http, not https"),
        (the_token_was_changed, "AUTH-04", "this token is not the one whose fingerprint is stored"),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_one_thing_that_is_wrong_is_told_in_a_line_and_is_never_a_go(
    ready: Live,
    tmp_path: Path,
    breakage: Callable[[Live, Integration], None],
    item: str,
    said: str,
) -> None:
    integration = ready.copy(tmp_path / "prod")
    breakage(ready, integration)
    judged = integration.judge(CHECKS)
    assert_no_go(judged, item, said)


def test_an_expired_certificate_is_never_a_go(ready: Live, tmp_path: Path) -> None:
    integration = ready.copy(tmp_path / "prod")
    upstream = int(ready.simulator.base_url().rpartition(":")[2].partition("/")[0])
    with gateway(ready.authority, upstream, expired=datetime.now(UTC) - timedelta(days=1)) as port:
        integration.reword(f"https://localhost:{ready.port}/v4", f"https://localhost:{port}/v4")
        judged = integration.judge(CHECKS)
    assert_no_go(judged, "CONN-01", "certificate has expired")


def assert_no_go(judged: Judgement, item: str, said: str) -> None:
    assert judged.exit_code == 1, judged.printed
    assert "\nNO-GO   exit code 1   prod, live" in judged.printed
    assert judged.report is not None
    failed = [
        finding["observed"]
        for each in judged.report["items"]
        for finding in each["findings"]
        if finding["result"] == "FAIL"
    ]
    assert [line for line in failed if said in line and "\n" not in line] == failed, failed
    assert {each for each, result in results(judged).items() if result == "FAIL"} == {item}
    assert "Traceback" not in judged.printed
    assert not [key for key in KEYS.values() if key in judged.printed]
