"""What a forecast document holds, as F13 to F17 tell it, and that it is a pure function of seed and moment."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clari_readiness.simulator import ManualClock, Organisation, Simulator

TYPES = ["forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed"]
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
AMOUNT = re.compile(r'"(?:forecastValue|quotaValue|adjustmentValue|aggregationTotal|crmClosed)":([^,}]*)')


@pytest.fixture
def truth():
    simulator = Simulator(clock=ManualClock())

    def asking(period="2027_Q4", at=NOW, **more):
        return simulator.truth("net_bookings", period, at, **more)

    return asking


def key(entry):
    return entry["userId"], entry["fieldId"], entry["timePeriodId"], entry["timeFrameId"]


def amounts(document):
    return {key(entry): entry.get("forecastValue") for entry in document["entries"]}


def test_the_same_seed_and_moment_give_the_same_bytes(start, connect):
    def export():
        simulator = start(more={"clock": ManualClock()})
        return connect(simulator).export(typesToExport=TYPES, includeHistorical=True).content

    assert export() == export() != b'{"entries":[]}'


def test_another_seed_is_another_organisation(start, connect):
    one, other = (connect(start(more={"clock": ManualClock()}, seed=seed)).export().json() for seed in (7, 8))
    assert {user["userId"] for user in one["users"]}.isdisjoint(user["userId"] for user in other["users"])


def test_an_export_holds_the_truth_of_the_moment_at_which_it_began_to_run(api, clock, simulator):
    began = clock.now() + timedelta(seconds=1)
    document = json.loads(
        api.export(timePeriod="2027_Q4", typesToExport=TYPES, includeHistorical=True).content, parse_float=Decimal
    )
    assert document == simulator.truth("net_bookings", "2027_Q4", began)


def test_every_key_of_the_entries_is_there_once(truth):
    assert set(Counter(key(entry) for entry in truth()["entries"]).values()) == {1}


def test_the_five_lists_refer_to_each_other(truth):
    document = truth()
    for name, listed in (
        ("userId", "users"),
        ("fieldId", "fields"),
        ("timePeriodId", "timePeriods"),
        ("timeFrameId", "timeFrames"),
    ):
        assert {entry[name] for entry in document["entries"]} == {each[name] for each in document[listed]}


def test_every_amount_has_exactly_two_decimals(api):
    found = AMOUNT.findall(api.export(typesToExport=TYPES, includeHistorical=True).text)
    assert len(found) > 300
    assert all(re.fullmatch(r"-?\d+\.\d\d", amount) for amount in found)
    assert any(not amount.endswith("0") for amount in found)


def test_there_are_amounts_of_every_kind_and_some_below_zero(truth):
    kinds = Counter(name for entry in truth("2027_Q3")["entries"] for name in entry)
    assert min(kinds[name] for name in ("forecastValue", "quotaValue", "adjustmentValue", "aggregationTotal")) > 0
    adjustments = [entry["adjustmentValue"] for entry in truth("2027_Q3")["entries"] if "adjustmentValue" in entry]
    assert min(adjustments) < 0 < max(adjustments)


@pytest.mark.parametrize(
    ("types", "present"),
    [
        (["forecast"], {"forecastValue"}),
        (["quota"], {"quotaValue"}),
        (["forecast_updated"], {"isUpdated", "updatedBy", "updatedOn"}),
        (["adjustment"], {"adjustmentValue", "adjustedBy", "adjustedOn"}),
        (["crm_total"], {"aggregationTotal"}),
        (["crm_closed"], {"crmClosed"}),
    ],
)
def test_only_what_was_asked_for_has_keys_and_none_is_null(truth, types, present):
    entries = truth(types=types)["entries"]
    assert {name for entry in entries for name in entry} == present | {
        "fieldId", "timePeriodId", "timeFrameId", "userId", "currency",
    }  # fmt: skip
    assert None not in {value for entry in entries for value in entry.values() if not isinstance(value, dict)}


def test_an_entry_that_nobody_touched_says_so_and_names_nobody(truth):
    entries = [entry for entry in truth()["entries"] if entry.get("isUpdated") is False]
    assert entries
    assert not any("updatedBy" in entry or "updatedOn" in entry for entry in entries)


def test_one_person_with_two_roles_is_two_users_with_one_email(truth):
    users = truth()["users"]
    twice = [email for email, times in Counter(user["email"] for user in users).items() if times == 2]
    assert len(twice) == 1
    both = [user for user in users if user["email"] == twice[0]]
    assert len({user["userId"].partition(":")[0] for user in both}) == 1
    assert len({user["userId"] for user in both}) == 2
    assert len({user["parentHierarchyName"] for user in both}) == 2


def test_a_scope_id_is_a_string_for_some_users_and_an_object_for_others(truth):
    assert {type(user["scopeId"]) for user in truth()["users"]} == {str, dict}


def test_only_the_head_has_nobody_above(truth):
    assert [user["hierarchyName"] for user in truth()["users"] if user["parentHierarchyId"] is None] == [
        "Chief Revenue Officer"
    ]


def test_weeks_come_in_no_order(truth):
    frames = [each["timeFrameId"] for each in truth("2027_Q3")["timeFrames"]]
    assert frames != sorted(frames)
    assert len(frames) >= 13


def test_a_week_that_straddles_two_quarters_has_one_id_and_an_entry_in_each(truth):
    older, newer = truth("2027_Q3"), truth("2027_Q4")
    shared = {each["timeFrameId"] for each in older["timeFrames"]} & {
        each["timeFrameId"] for each in newer["timeFrames"]
    }
    assert shared == {"TF:2026-10-28"}
    assert newer["timePeriods"][0]["startDate"] == "2026-11-01"
    assert not {key(entry) for entry in older["entries"]} & {key(entry) for entry in newer["entries"]}


def test_a_manager_has_the_sum_of_the_team(truth):
    document = truth()
    roles = {user["userId"]: user for user in document["users"]}
    manager = next(user for user in document["users"] if user["hierarchyName"] == "Sales Manager - West")
    values = amounts(document)
    for (user, *where), value in values.items():
        if user == manager["userId"] and value is not None:
            team = [each for each in roles if roles[each]["parentHierarchyId"] == manager["hierarchyId"]]
            assert value == sum(values[(each, *where)] for each in team)


def test_the_current_week_drifts_from_day_to_day(truth):
    before, after = (amounts(truth(at=NOW + timedelta(days=days))) for days in (0, 1))
    changed = {place[3] for place in before if before[place] != after[place]}
    assert changed == {"TF:2026-11-18"}


def test_a_small_part_of_last_week_changes_until_eight_o_clock_and_nothing_after(truth):
    ends = datetime(2026, 11, 25, tzinfo=UTC)
    week = "TF:2026-11-18"

    def at(moment):
        return {place: value for place, value in amounts(truth(at=moment)).items() if place[3] == week}

    midnight, eight, later = at(ends), at(ends + timedelta(hours=8)), at(ends + timedelta(days=20))
    changed = sum(midnight[place] != eight[place] for place in midnight)
    assert 0 < changed < len(midnight) / 2
    assert eight == later


def test_a_change_of_the_call_says_when_it_was_made(truth):
    before, after = truth(at=NOW), truth(at=NOW + timedelta(days=1))
    old = {key(entry): entry for entry in before["entries"]}
    changed = [
        entry for entry in after["entries"] if old[key(entry)].get("forecastValue") != entry.get("forecastValue")
    ]
    assert changed
    since, until = (round(at.timestamp() * 1000) for at in (NOW, NOW + timedelta(days=1)))
    assert all(since < entry["updatedOn"] <= until for entry in changed)


def test_crm_totals_drift_without_saying_when(truth):
    types = ["crm_total"]
    before, after = (truth(at=NOW + timedelta(days=days), types=types)["entries"] for days in (0, 1))
    assert {key(entry): entry["aggregationTotal"] for entry in before} != {
        key(entry): entry["aggregationTotal"] for entry in after
    }
    assert not any("updatedOn" in entry for entry in after)


def test_old_quarters_do_not_change(truth):
    assert truth("2027_Q2", at=NOW) == truth("2027_Q2", at=NOW + timedelta(days=2))


def test_no_two_quarters_are_copies_of_each_other(truth):
    values = [tuple(amounts(truth(period)).values()) for period in ("2027_Q1", "2027_Q2", "2027_Q3")]
    assert len(set(values)) == 3


def test_who_opts_out_is_gone_from_every_week_of_later_exports(truth):
    before, after = truth("2027_Q3", at=NOW), truth("2027_Q3", at=datetime(2026, 11, 24, tzinfo=UTC))
    gone = {user["userId"] for user in before["users"]} - {user["userId"] for user in after["users"]}
    assert len(gone) == 1
    assert {entry["userId"] for entry in before["entries"]} - {entry["userId"] for entry in after["entries"]} == gone


def test_what_managers_had_does_not_change_when_somebody_opts_out(truth):
    before, after = (amounts(truth("2027_Q3", at=at)) for at in (NOW, datetime(2026, 11, 24, tzinfo=UTC)))
    assert {place: before[place] for place in after} == after


@pytest.mark.parametrize(
    ("starts", "named_after", "current", "first"),
    [
        (1, "start", "2026_Q4", date(2026, 10, 1)),
        (1, "end", "2026_Q4", date(2026, 10, 1)),
        (2, "end", "2027_Q4", date(2026, 11, 1)),
        (2, "start", "2026_Q4", date(2026, 11, 1)),
        (7, "end", "2027_Q2", date(2026, 10, 1)),
        (12, "start", "2025_Q4", date(2026, 9, 1)),
    ],
)
def test_the_fiscal_year_starts_in_any_month_and_is_named_after_either_end(starts, named_after, current, first):
    organisation = Organisation(fiscal_year_starts=starts, named_after=named_after)
    document = Simulator(organisation, clock=ManualClock()).truth("net_bookings", "", NOW)
    assert [(each["timePeriodId"], each["startDate"]) for each in document["timePeriods"]] == [
        (current, first.isoformat())
    ]


def test_a_larger_organisation_has_more_people_and_the_same_shape():
    organisation = Organisation(people=60, managers=10, second_roles=3)
    users = Simulator(organisation, clock=ManualClock()).truth("net_bookings", "", NOW)["users"]
    assert len(users) == 1 + 10 + 60 + 3
    assert len({user["userId"] for user in users}) == len(users)
