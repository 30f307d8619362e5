"""What is true: what a perfect exporter holds, whatever was done to the answers on the way."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator import (
    AmountTooLarge,
    ChangedType,
    ConflictingEntries,
    CutShort,
    EmptyResults,
    JobEnds,
    JobStuck,
    ManualClock,
    Match,
    MissingKey,
    OddAmounts,
    OddNames,
    Organisation,
    RepeatedEntries,
    SecondRole,
    SharedWeek,
    Simulator,
    Truncated,
    UnknownKey,
    Unordered,
    VanishedPerson,
    WrongPeriod,
    exact,
)
from clari_readiness.simulator.truth import entry_key, event_key, resolved

AMOUNTS = ("forecastValue", "quotaValue", "adjustmentValue", "aggregationTotal", "crmClosed")
DATA = (OddAmounts, OddNames, SecondRole, UnknownKey, Unordered, VanishedPerson)
DAMAGE = (AmountTooLarge, ChangedType, EmptyResults, MissingKey, Truncated, WrongPeriod)
DUPLICATES = (ConflictingEntries, RepeatedEntries)
WISHES = {
    "timePeriod": "2027_Q3",
    "includeHistorical": True,
    "typesToExport": ["forecast", "forecast_updated", "quota"],
}


@pytest.fixture
def exported(api, simulator):
    """Return the truth of a job that was queued under these faults, and what its results say."""

    def exporting(*faults, **wishes):
        simulator.set_faults(faults)
        job_id = api.queue(**WISHES | wishes)
        simulator.set_faults([])
        simulator.clock.sleep(5)
        return simulator.export(job_id), exact.read(api.results(job_id).content)

    return exporting


def content(document):
    """Return what a document says, whatever the order of its lists."""
    return {name: Counter(map(str, value)) for name, value in document.items()}


def test_without_a_fault_the_truth_is_what_is_told(api, exported):
    truth, told = exported()
    assert truth.document == told
    assert (truth.forecast_id, truth.time_period, truth.types) == (
        "net_bookings",
        "2027_Q3",
        ("forecast", "forecast_updated", "quota"),
    )
    assert (truth.scope_id, truth.currency, truth.historical) == (None, "USD", True)
    assert (truth.status, truth.damage, truth.loadable) == ("DONE", (), True)
    assert truth.exported_at == api.job(truth.job_id)["endTime"]
    assert all(isinstance(each.get("forecastValue", Decimal(0)), Decimal) for each in truth.document["entries"])


@pytest.mark.parametrize("fault", DATA)
def test_odd_data_is_true(exported, fault):
    plain, _ = exported()
    truth, told = exported(fault())
    assert content(truth.document) == content(told)
    assert told != plain.document
    assert (truth.damage, truth.loadable) == ((), True)


@pytest.mark.parametrize("fault", DUPLICATES)
def test_of_duplicates_the_truth_is_what_there_would_be_without(exported, fault):
    plain, _ = exported()
    truth, told = exported(fault())
    assert len(told["entries"]) > len(truth.document["entries"]) == len(plain.document["entries"])
    assert (truth.damage, truth.loadable) == ((), True)

    def said(document):
        ignored = ("updatedOn", "updatedBy", "isUpdated")
        return Counter(str({k: v for k, v in entry.items() if k not in ignored}) for entry in document["entries"])

    assert said(truth.document) == said(plain.document)


@pytest.mark.parametrize("fault", DAMAGE)
def test_damage_is_not_true_and_nothing_of_it_may_be_loaded(exported, fault):
    plain, _ = exported(timePeriod="2027_Q1")
    truth, told = exported(fault(), timePeriod="2027_Q1")
    assert truth.time_period == "2027_Q1"
    assert content(truth.document) == content(plain.document)
    assert content(told) != content(truth.document)
    assert (len(truth.damage), truth.loadable) == (1, False)


def test_of_several_faults_the_data_is_true_and_the_damage_is_not(exported):
    truth, told = exported(
        OddNames(), Truncated(), MissingKey(), RepeatedEntries(), SharedWeek(), includeHistorical=False
    )
    clean, _ = exported(OddNames(), includeHistorical=True)
    assert content(truth.document) == content(clean.document)
    assert set(truth.damage) == {"rowsTruncated", "entries without userId"}
    assert truth.historical is False
    assert content(told) != content(truth.document)


def test_damage_on_the_wire_is_no_damage_of_the_job(api, simulator, exported):
    truth, _ = exported()
    simulator.set_faults([CutShort(Match())])
    with pytest.raises(Exception, match="peer closed"):
        api.results(truth.job_id)
    assert simulator.export(truth.job_id) == truth


def test_a_job_that_the_organisation_truncates_is_damaged_too(start, connect):
    simulator = start(truncated_jobs=frozenset({2}))
    api = connect(simulator)
    jobs = [api.queue(**WISHES) for _ in range(2)]
    simulator.clock.sleep(5)
    whole, cut = simulator.exports()
    assert [whole.job_id, cut.job_id] == jobs
    assert (whole.damage, cut.damage) == ((), ("rowsTruncated",))
    assert cut.document == whole.document


def test_a_job_that_did_not_end_well_has_no_export(api, simulator):
    simulator.set_faults([JobEnds(Match("POST", nth=frozenset({1}))), JobStuck(Match("POST", nth=frozenset({2})))])
    jobs = [api.queue() for _ in range(3)]
    assert [each.status for each in simulator.exports()] == ["SCHEDULED"] * 3
    simulator.clock.sleep(5)
    found = simulator.exports()
    assert [each.job_id for each in found] == jobs
    assert [each.status for each in found] == ["FAILED", "STARTED", "DONE"]
    assert [each.exported_at is None for each in found] == [True, True, False]
    assert [each.loadable for each in found] == [False, False, True]


def test_an_unknown_quarter_is_the_current_one_in_truth_as_well(exported):
    truth, told = exported(timePeriod="soon")
    assert truth.time_period == "2027_Q4" == told["timePeriods"][0]["timePeriodId"]
    assert truth.damage == ()


def test_only_exports_of_forecasts_have_a_truth(api, simulator):
    job_id = api.post("/export/activity", json={}).json()["jobId"]
    assert simulator.exports() == ()
    for unknown in (job_id, "nobody's"):
        with pytest.raises(ReadinessError, match=f"no job {unknown}"):
            simulator.export(unknown)


@pytest.mark.parametrize(
    ("first", "second", "stays"),
    [
        ({"v": 1, "updatedOn": 5}, {"v": 2, "updatedOn": 6}, 2),
        ({"v": 1, "updatedOn": 6}, {"v": 2, "updatedOn": 5}, 1),
        ({"v": 1}, {"v": 2, "updatedOn": 5}, 2),
        ({"v": 1, "updatedOn": 5, "adjustedOn": 9}, {"v": 2, "updatedOn": 6}, 1),
        ({"v": 1, "updatedOn": None}, {"v": 2, "updatedOn": 1}, 2),
    ],
)
def test_of_two_versions_the_one_updated_last_stays(first, second, stays):
    key = {"fieldId": "f", "timePeriodId": "p", "timeFrameId": "t", "userId": "u"}
    assert [entry["v"] for entry in resolved([key | first, key | second])] == [stays]


@pytest.mark.parametrize("name", ["fieldId", "timePeriodId", "timeFrameId", "userId", "currency"])
def test_entries_that_differ_in_any_part_of_the_key_are_both_kept(name):
    entry = {"fieldId": "f", "timePeriodId": "p", "timeFrameId": "t", "userId": "u", "currency": {"code": "USD"}}
    other = entry | {name: {"code": "EUR"} if name == "currency" else "other"}
    assert resolved([entry, other, entry]) == [entry, other]
    assert entry_key(entry) != entry_key(other)


def test_the_truth_of_audit_events_is_what_a_patient_reader_gets(api, simulator, clock):
    end = clock.now()
    window = {"dateFrom": (end - timedelta(days=3)).isoformat(), "dateTo": end.isoformat(), "limit": 1000}
    told = api.get("/audit/events", params=window).json()["items"]
    truth = simulator.audit_events(end - timedelta(days=3), end)
    assert truth.multiset() == Counter(event_key(event) for event in told)
    assert None in {time for time, *_ in truth.multiset()}


def test_the_truth_of_audit_events_ends_now(simulator, clock):
    now = clock.now()
    assert simulator.audit_events(now, now + timedelta(days=9)).events == ()
    clock.step(days=9)
    assert simulator.audit_events(now, now + timedelta(days=9)).events


def test_the_truth_of_opportunities_is_every_one_by_its_id_at_a_moment(api, simulator, clock):
    ids = simulator.opportunity_ids
    told = [
        each
        for start in (0, 100, 200)
        for each in api.get("/opportunity", params={"oppId": ids[start : start + 100]}).json()
    ]
    truth = simulator.opportunities()
    assert list(truth.values()) == told
    assert tuple(truth) == ids
    before = clock.now()
    clock.step(days=1)
    assert simulator.opportunities(before) == truth != simulator.opportunities()


def test_truth_can_be_asked_while_no_server_runs():
    simulator = Simulator(Organisation(people=1, managers=0, opportunities=2), clock=ManualClock())
    assert len(simulator.opportunities(datetime(2026, 11, 1, tzinfo=UTC))) == 2
    assert simulator.exports() == ()
