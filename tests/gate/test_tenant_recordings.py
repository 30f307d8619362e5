"""A tenant is recorded whole or not at all, nobody recognises it, and its recordings say what its answers said."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from clari_readiness.environments import load
from clari_readiness.errors import NotVerified, ReadinessError, SettingsError
from clari_readiness.gate.answers import Clari
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.provenance import provenance
from clari_readiness.gate.publishing import publish
from clari_readiness.gate.readiness import Readiness
from clari_readiness.gate.recorded import recorded_documents
from clari_readiness.model.time import SteppedClock
from clari_readiness.redact import variants
from clari_readiness.simulator import Fault, Match, RateLimited, Status
from clari_readiness.simulator.organisation.people import seats
from clari_readiness.validation import Contracts
from tests.tenants import FORECAST, KEY, ORGANISATION, Tenant

NOW = datetime.now(UTC)


@dataclass
class Team:
    """A tenant, and what a team does with it in this process instead of through pytest."""

    tenant: Tenant
    runs: int = field(default=0)

    @contextmanager
    def run(self, record: Any, *, key: bool = True, clock: datetime = NOW) -> Iterator[Readiness]:
        self.runs += 1
        self.tenant.key.write_text(KEY) if key else self.tenant.key.unlink(missing_ok=True)
        found = load(self.tenant.settings, environ={})
        run = f"run{self.runs}"
        readiness = Readiness(found, found.get("staging"), run=run, record=record, clock=SteppedClock(clock))
        readiness.start(first=True)
        try:
            yield readiness
        finally:
            readiness.stop()

    def record(self, **kwargs: Any) -> tuple[str, ...]:
        with self.run("rewrite", **kwargs) as readiness:
            return publish(readiness)

    def replayed(self, *, clock: datetime = NOW) -> dict[str, Any]:
        """Return every recorded document by its place, as CLA-01 compares it; without a key, as in CI."""
        with self.run("replay", key=False, clock=clock) as readiness:
            environment, today = readiness.environment, readiness.clock_at().now().date()
            quarters = environment.fiscal_year.history(today, environment.history_quarters)
            asked = Clari(readiness.answers, EvidenceLog()).documents(environment.forecasts, quarters)
            return {where: (name, document) for name, where, document in [*asked, *recorded_documents(readiness)]}

    @property
    def written(self) -> bytes:
        """Every byte that would be committed, the names of the files among them."""
        return b"\n".join(name.encode() + b"\n" + content for name, content in self.tenant.files.items())


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    tenant = Tenant.beside(tmp_path_factory.mktemp("tenant") / "place")
    with tenant.simulator:
        tenant.configure()
        tenant.export()
        team = Team(tenant)
        team.record()
        yield team


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[..., Team]]:
    """Make a team of its own, whose Clari has faults."""
    started = []

    def make(faults: Sequence[Fault] = (), **how: Any) -> Team:
        tenant = Tenant.beside(tmp_path / f"place{len(started)}", faults=faults, **how)
        tenant.simulator.start()
        started.append(tenant.simulator)
        tenant.configure()
        return Team(tenant)

    yield make
    for simulator in started:
        simulator.stop()


def raw(tenant: Tenant, path: str, **params: Any) -> Any:
    answer = httpx.get(tenant.simulator.base_url() + path, params=params, headers={"apikey": KEY})
    return json.loads(answer.text, parse_float=Decimal)


def whose(tenant: Tenant) -> set[str]:
    """Return every name, address, id, title and file name of the organisation, and where it was recorded."""
    seated = seats(ORGANISATION)
    people = {text for seat in seated for text in (seat.name, seat.email, seat.crm_id, seat.role, seat.role_id)}
    people |= {str(seat.person) for seat in seated} | {seat.scope for seat in seated}
    users = {text for user in ORGANISATION.users for text in (user.name, user.email)}
    fields = {text for each in ORGANISATION.fields for text in (each.field_id, each.name) if len(text) > 5}
    jobs = raw(tenant, "/export/jobs")
    named = {str(job[key]) for job in jobs for key in ("jobId", "orgId", "title", "fileName")}
    events = raw(tenant, "/audit/events", limit=1000)["items"]
    sessions = {event[key] for event in events for key in ("ipAddress", "sessionId")}
    where = {KEY, FORECAST, "127.0.0.1", tenant.simulator.base_url().partition("://")[2], "Clari-Export@example.com"}
    return people | users | fields | named | sessions | where


def test_nothing_in_any_file_tells_who_the_tenant_is(team: Team) -> None:
    needles, written = whose(team.tenant), team.written
    assert len(needles) > 150
    assert [needle for needle in needles if any(variant in written for variant in variants(needle))] == []
    assert not re.search(rb"[\w.]+@(?!example\.invalid)[\w.]+", written)
    assert not re.search(rb"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", written)
    assert not re.search(rb"apikey|cookie|authorization|recording\.key", written, re.IGNORECASE)


def test_what_must_not_be_there_is_in_the_answers(team: Team) -> None:
    came = json.dumps(raw(team.tenant, f"/forecast/{FORECAST}", timePeriod="2027_Q4"), default=str, ensure_ascii=False)
    assert len([needle for needle in whose(team.tenant) if needle in came]) > 40


def test_two_recordings_of_the_same_answers_are_the_same_files(team: Team) -> None:
    before = team.tenant.files
    team.record()
    assert team.tenant.files == before
    assert set(before) >= {"limits.json", "jobs.json", "account_events.json", "settings.json"}
    assert len([name for name in before if name.startswith("forecast.")]) == 2


def test_with_another_key_the_same_answers_have_other_pseudonyms(team: Team) -> None:
    before, key = team.tenant.files, team.tenant.directory / ".readiness/staging/recording.key"
    kept = key.read_text()
    key.unlink()
    try:
        team.record()
        assert team.tenant.files["jobs.json"] != before["jobs.json"]
    finally:
        key.write_text(kept)
        team.record()
    assert team.tenant.files == before


def test_the_key_of_recordings_is_its_owners_and_nobody_commits_it(team: Team) -> None:
    key = team.tenant.directory / ".readiness/staging/recording.key"
    assert oct(key.stat().st_mode & 0o777) == "0o600"
    assert (team.tenant.directory / ".readiness/.gitignore").read_text() == "*\n"
    assert key.read_bytes().strip() not in team.written


def test_sums_and_swings_are_those_of_the_tenant_times_a_whole_number(team: Team) -> None:
    came = raw(team.tenant, f"/forecast/{FORECAST}", timePeriod="2027_Q4", typesToExport=["forecast", "quota"])
    (file,) = [content for name, content in team.tenant.files.items() if name.endswith("2027_Q4.json")]
    body = json.loads(file)["interactions"][0]["response"]["body"]["string"]
    recorded = json.loads(body, parse_float=Decimal)
    ratios = {
        there[key] / here[key]
        for here, there in zip(came["entries"], recorded["entries"], strict=True)
        for key in ("forecastValue", "quotaValue")
        if here.get(key)
    }
    (factor,) = ratios
    assert factor == int(factor) > 1


def test_recordings_replay_without_key_and_without_clari_and_keep_every_contract(team: Team) -> None:
    contracts, documents = Contracts(), team.replayed()
    assert {name for name, _ in documents.values()} == {"limits", "jobs", "audit_events", "forecast"}
    assert [contracts.violations(name, document) for name, document in documents.values()] == [()] * len(documents)


def test_the_settings_are_replayed_under_the_same_pseudonyms(team: Team) -> None:
    with team.run("replay", key=False) as readiness:
        account = readiness.environment.service_account
        assert account is not None
        clari = Clari(readiness.answers, EvidenceLog())
        assert {job.user_id for job in clari.jobs()} == {account.user_id} != {4711}
        assert clari.account_emails(account.user_id) == {account.email}
        assert readiness.environment.forecasts != (FORECAST,)
        assert not readiness.environment.live


def test_a_replay_rests_on_the_recordings_with_their_age_and_their_content(team: Team) -> None:
    with team.run("replay", key=False) as readiness:
        found = provenance(readiness, exporter_version="")
        names = readiness.recordings.names()
    assert {(each.name, each.origin) for each in found.recordings} == {(name, "tenant") for name in names}
    assert {f"recordings/staging/{name}.json" for name in names} <= {file.name for file in found.files}


def test_a_replay_leaves_what_a_live_run_left_behind_alone(team: Team) -> None:
    report = team.tenant.directory / ".readiness/staging/report.json"
    report.write_text("{}")
    team.replayed()
    assert report.read_text() == "{}"
    with team.run("replay") as readiness:
        assert readiness.environment.directory == report.parent / "replayed"


def test_a_cassette_says_that_it_is_a_tenants_and_when_clari_answered(team: Team) -> None:
    for name, content in team.tenant.files.items():
        if name != "settings.json":
            metadata = json.loads(content)["metadata"]
            assert metadata["origin"] == "tenant"
            assert datetime.fromisoformat(metadata["ended"]) == team.tenant.simulator.clock.now()


def test_what_is_not_live_is_recorded_as_a_simulator_and_never_ages(fresh: Callable[..., Team]) -> None:
    team = fresh(live=False)
    (told, *_) = team.record()
    assert "from a simulator" in told
    assert b"tenant" not in team.written
    assert team.replayed(clock=NOW + timedelta(days=3650))


@pytest.mark.parametrize(("days", "says"), [(90.9, "90 days ago; max_recording_age is 90"), (-2, "is in the future")])
def test_recordings_that_are_too_old_or_from_the_future_prove_nothing(team: Team, days: float, says: str) -> None:
    with pytest.raises(NotVerified, match=f"limits was recorded from a tenant on .*{says}"):
        team.replayed(clock=team.tenant.simulator.clock.now() + timedelta(days=days))


def test_recordings_of_a_simulator_prove_nothing_of_a_tenant(fresh: Callable[..., Team]) -> None:
    team = fresh(live=False)
    team.record()
    team.tenant.live = True
    team.tenant.configure()
    with pytest.raises(NotVerified, match=r"limits was recorded from a simulator on .*, and not from a tenant"):
        team.replayed()


def test_a_cassette_whose_origin_is_unknown_is_refused(fresh: Callable[..., Team]) -> None:
    team = fresh()
    team.record()
    path = team.tenant.recordings / "limits.json"
    path.write_text(path.read_text().replace('"tenant"', '"Tenant"'))
    with pytest.raises(ReadinessError, match="does not say when and from what it was made"):
        team.replayed()


def test_what_profile_v1_lists_is_recorded_too(fresh: Callable[..., Team]) -> None:
    team = fresh(profile="v1")
    team.record()
    assert set(team.tenant.files) >= {"forecast_types.json", "limits.json", "settings.json"}
    assert "forecast_types" in {name for name, _ in team.replayed().values()}
    assert b"Bearer" not in team.written


def test_where_nobody_may_write_nothing_is_recorded_and_one_line_says_so(fresh: Callable[..., Team]) -> None:
    team = fresh()
    team.tenant.recordings.parent.write_text("a file where the directory of recordings belongs")
    with pytest.raises(ReadinessError, match=r"recordings.staging cannot be written"):
        team.record()


def test_recordings_of_the_last_ninety_days_still_count(team: Team) -> None:
    assert team.replayed(clock=team.tenant.simulator.clock.now() + timedelta(days=90))


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("forecastValue", "n/a", '$.entries[0].forecastValue: expected a number or null, got "'),
        ("fieldId", "", "$.entries[0].fieldId: expected a non-empty string"),
        ("timePeriodId", None, "$.entries[0].timePeriodId: expected a string"),
        ("currency", {"symbol": "$"}, "$.entries[0].currency.code: required, but missing"),
    ],
)
def test_what_the_tenants_answer_breaks_the_recording_breaks_and_nothing_else(
    team: Team, fresh: Callable[..., Team], key: str, value: object, says: str
) -> None:
    answer = httpx.get(f"{team.tenant.simulator.base_url()}/forecast/{FORECAST}", headers={"apikey": KEY}).json()
    answer["entries"][0][key] = value
    forecasts = Match(method="GET", path=f".*/forecast/{FORECAST}")
    broken = fresh([Status(forecasts, 200, body=json.dumps(answer).encode())])
    broken.record()
    documents = broken.replayed()
    found = [str(each) for name, document in documents.values() for each in Contracts().violations(name, document)]
    assert len(found) == len([name for name, _ in documents.values() if name == "forecast"]) > 0
    assert all(each.startswith(says) for each in found), found
    assert "n/a" not in "".join(found)


def test_an_answer_that_came_only_when_asked_again_replays(fresh: Callable[..., Team]) -> None:
    team = fresh([RateLimited(Match(method="GET", path=".*/admin/limits", nth=frozenset({1})), retry_after=1)])
    team.record()
    statuses = [each["response"]["status"] for each in json.loads(team.tenant.files["limits.json"])["interactions"]]
    assert statuses == [{"code": 429, "message": "Too Many Requests"}, {"code": 200, "message": "OK"}]
    assert "limits" in team.replayed()


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_recording_that_fails_leaves_the_old_one_as_it_was(
    team: Team, fresh: Callable[..., Team], status: int
) -> None:
    failing = fresh([Status(Match(method="GET", path=".*/export/jobs"), status)])
    failing.tenant.recordings.mkdir(parents=True)
    for name, content in team.tenant.files.items():
        (failing.tenant.recordings / name).write_bytes(content)
    before = failing.tenant.files
    with pytest.raises(ReadinessError, match=f"HTTP {status}"):
        failing.record()
    assert failing.tenant.files == before
    assert {path.name for path in failing.tenant.recordings.parent.iterdir()} == {"staging"}


def test_without_a_key_nothing_is_recorded(fresh: Callable[..., Team]) -> None:
    team = fresh()
    with pytest.raises(ReadinessError, match=r"tenant\.key"):
        team.record(key=False)
    assert not team.tenant.recordings.parent.exists()


def test_a_run_that_ends_before_it_is_whole_changes_nothing(team: Team) -> None:
    before = team.tenant.files
    with team.run("rewrite") as readiness:
        readiness.answers.limits()
        assert (readiness.staged / "limits.json").exists()
    assert team.tenant.files == before
    assert not readiness.staged.exists()


def test_a_clari_without_a_synchronous_forecast_is_recorded_as_one(fresh: Callable[..., Team]) -> None:
    team = fresh([Status(Match(method="GET", path=f".*/forecast/{FORECAST}"), 404)])
    team.record()
    assert {name for name, _ in team.replayed().values()} == {"limits", "jobs", "audit_events"}


def test_recordings_of_other_forecasts_are_refused(fresh: Callable[..., Team]) -> None:
    team = fresh()
    team.record()
    text = team.tenant.settings.read_text()
    team.tenant.settings.write_text(text.replace(FORECAST, "another_forecast"))
    with pytest.raises(SettingsError, match=r"holds recordings of other forecasts than env\.staging\.forecasts names"):
        team.replayed()


@pytest.mark.parametrize(
    ("written", "says"), [(None, "was never recorded"), ("{", "cannot be read"), ("{}", "missing")]
)
def test_without_readable_settings_nothing_is_replayed(
    fresh: Callable[..., Team], written: str | None, says: str
) -> None:
    team = fresh()
    if written is not None:
        team.tenant.recordings.mkdir(parents=True)
        (team.tenant.recordings / "settings.json").write_text(written)
    with pytest.raises(SettingsError, match=says) as caught:
        team.replayed()
    assert "clari-readiness check --env=staging --record-mode=rewrite" in caught.value.way_out


def test_a_key_of_recordings_that_is_none_stops_the_run(fresh: Callable[..., Team]) -> None:
    team = fresh()
    key = team.tenant.directory / ".readiness/staging/recording.key"
    key.parent.mkdir(parents=True)
    key.write_text("not-a-key")
    with pytest.raises(ReadinessError, match=r"recording\.key is not the key of recordings") as caught:
        team.record()
    assert "not-a-key" not in str(caught.value)
    assert key.read_text() == "not-a-key"
