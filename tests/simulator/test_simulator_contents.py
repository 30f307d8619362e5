"""Faults in what a document says: without one nothing changes, and with one exactly one thing does, for good (F9)."""

from __future__ import annotations

import copy
from collections import Counter
from decimal import Decimal

import pytest

from clari_readiness.simulator import (
    AmountTooLarge,
    ChangedType,
    ConflictingEntries,
    EmptyResults,
    MissingKey,
    OddAmounts,
    OddNames,
    RepeatedEntries,
    SecondRole,
    UnknownKey,
    Unordered,
    VanishedPerson,
    exact,
)
from clari_readiness.simulator.faults import Content
from clari_readiness.simulator.faults.contents.amount_too_large import TOO_LARGE
from clari_readiness.simulator.faults.contents.odd_amounts import KINDS as AMOUNT_KINDS
from clari_readiness.simulator.faults.contents.odd_names import KINDS as NAME_KINDS
from clari_readiness.simulator.faults.matching import ASKED, RESULTS

ALL = (
    AmountTooLarge,
    ChangedType,
    ConflictingEntries,
    EmptyResults,
    MissingKey,
    OddAmounts,
    OddNames,
    RepeatedEntries,
    SecondRole,
    UnknownKey,
    Unordered,
    VanishedPerson,
)
LISTS = ("entries", "users", "fields", "timePeriods", "timeFrames")
AMOUNTS = ("forecastValue", "quotaValue", "adjustmentValue", "aggregationTotal", "crmClosed")
WISHES = {
    "timePeriod": "2027_Q3",
    "typesToExport": ["forecast", "quota", "forecast_updated", "adjustment", "crm_total", "crm_closed"],
    "includeHistorical": True,
}


@pytest.fixture
def documents(api, simulator):
    """Return what three jobs of one moment say when the second has this fault."""

    def documenting(fault, **wishes):
        simulator.set_faults([fault])
        jobs = [api.queue(**WISHES | wishes) for _ in range(3)]
        simulator.set_faults([])
        simulator.clock.sleep(5)
        return [exact.read(api.results(job_id).content) for job_id in jobs]

    return documenting


@pytest.fixture
def changed(documents):
    """Return what a job says, without and with a fault."""

    def changing(fault, **wishes):
        before, after, _ = documents(fault, **wishes)
        return before, after

    return changing


def others(document, *names):
    return {name: value for name, value in document.items() if name not in names}


def key(entry):
    return entry["fieldId"], entry["timePeriodId"], entry["timeFrameId"], entry["userId"]


def by_key(document):
    return {key(entry): entry for entry in document["entries"]}


def test_every_change_of_a_document_is_tried_here():
    assert set(ALL) == {each for each in Content.__subclasses__() if each.__module__.startswith("clari_readiness")}


@pytest.mark.parametrize("fault", ALL)
def test_one_job_says_something_else_and_the_others_what_is_true(simulator, documents, fault):
    first, second, third = documents(fault(ASKED.turns(2)))
    true = simulator.truth("net_bookings", "2027_Q3", began(simulator))
    assert first == third == true
    assert second != true
    assert second == fault().change(true)


def began(simulator):
    job = simulator._jobs.all()[0]
    return job.state(simulator.organisation, simulator.clock.now()).began


@pytest.mark.parametrize("fault", ALL)
def test_a_job_says_the_same_at_every_download_whatever_happens_to_faults(api, simulator, fault):
    simulator.set_faults([fault()])
    job_id = api.queue(**WISHES)
    simulator.clock.sleep(5)
    first = api.results(job_id).content
    simulator.set_faults([])
    assert api.results(job_id).content == first
    simulator.set_faults([fault(seed=9)])
    assert api.results(job_id).content == first


@pytest.mark.parametrize("fault", ALL)
def test_the_synchronous_forecast_is_changed_in_its_turn_alone(api, simulator, fault):
    simulator.set_faults([fault(ASKED.turns(2))])
    first, second, third = (exact.read(api.get("/forecast/net_bookings").content) for _ in range(3))
    assert first == third
    assert second == fault().change(first)
    assert second != first


@pytest.mark.parametrize("fault", ALL)
def test_one_download_alone_is_changed_when_it_is_the_one_that_matches(api, simulator, fault):
    job_id = api.queue(**WISHES)
    simulator.clock.sleep(5)
    simulator.set_faults([fault(RESULTS.turns(2))])
    first, second, third = (exact.read(api.results(job_id).content) for _ in range(3))
    assert first == third
    assert second == fault().change(first)


@pytest.mark.parametrize("fault", ALL)
def test_a_change_leaves_what_it_was_given_as_it_was(simulator, fault):
    document = simulator.truth("net_bookings", "2027_Q3", simulator.clock.now())
    before = copy.deepcopy(document)
    fault().change(document)
    assert document == before


@pytest.mark.parametrize("fault", ALL)
def test_a_change_of_an_empty_document_is_one_that_can_be_sent(fault):
    assert exact.read(exact.written(fault().change({"entries": []})))["entries"] == []


@pytest.mark.parametrize("fault", ALL)
def test_the_journal_says_it_of_the_request_and_of_each_download(api, simulator, fault):
    simulator.set_faults([fault()])
    job_id = api.queue(**WISHES)
    simulator.clock.sleep(5)
    api.job(job_id)
    api.results(job_id)
    says = fault().says
    assert [line.fault for line in simulator.journal] == [says, None, says]


def test_changes_add_up_in_the_order_in_which_they_are_listed(api, simulator):
    plain = api.queue(**WISHES)
    simulator.set_faults([VanishedPerson(), RepeatedEntries()])
    job_id = api.queue(**WISHES)
    simulator.clock.sleep(5)
    before, after = (exact.read(api.results(each).content) for each in (plain, job_id))
    assert after == RepeatedEntries().change(VanishedPerson().change(before))
    assert simulator.journal.lines[-1].fault == "a person vanished; repeated entries"


def test_csv_stays_as_it_is(api, simulator):
    simulator.set_faults([OddNames(ASKED.turns(2))])
    plain, odd = api.queue(exportFormat="CSV"), api.queue(exportFormat="CSV")
    simulator.clock.sleep(5)
    assert api.results(plain).content == api.results(odd).content


def test_odd_names_change_names_and_nothing_else(changed):
    before, after = changed(OddNames(ASKED.turns(2)))
    assert others(after, "users", "fields") == others(before, "users", "fields")
    names = ("name", "hierarchyName", "parentHierarchyName")
    for plain, odd in zip(before["users"], after["users"], strict=True):
        assert others(odd, *names) == others(plain, *names)
        assert odd["name"].endswith(plain["name"])
        assert all(text in odd["name"] for text in NAME_KINDS.values())
        assert odd["name"].startswith("=")
        assert (odd["parentHierarchyName"] is None) == (plain["parentHierarchyName"] is None)


@pytest.mark.parametrize("kind", NAME_KINDS)
def test_names_can_be_odd_in_one_way_alone(kind):
    user = {"name": "Ava", "hierarchyName": "East", "parentHierarchyName": None}
    odd = OddNames(kinds=(kind,)).change({"entries": [], "users": [user]})["users"][0]
    assert odd == {"name": f"{NAME_KINDS[kind]} Ava", "hierarchyName": f"{NAME_KINDS[kind]} East"} | {
        "parentHierarchyName": None
    }


def test_odd_amounts_are_of_every_kind_and_nothing_else_changes(changed):
    before, after = changed(OddAmounts(ASKED.turns(2)))
    assert others(after, "entries") == others(before, "entries")
    plain, odd = by_key(before), by_key(after)
    assert [others(each, *AMOUNTS) for each in odd.values()] == [others(each, *AMOUNTS) for each in plain.values()]
    assert [set(each) for each in odd.values()] == [set(each) for each in plain.values()]
    told = [entry[name] for entry in odd.values() for name in AMOUNTS if name in entry]
    assert None in told
    assert 0 in told
    assert any(isinstance(each, int) and each for each in told)
    numbers = [each for each in told if isinstance(each, Decimal)]
    assert any(each < 0 for each in numbers)
    assert {len(each.as_tuple().digits) for each in numbers if each > 10**12} == {15}
    assert {-each.as_tuple().exponent for each in numbers} == {1, 2}


@pytest.mark.parametrize("kind", AMOUNT_KINDS)
def test_amounts_can_be_odd_in_one_way_alone_and_each_survives_its_way_through_json(kind):
    document = {"entries": [{"userId": str(n), "forecastValue": Decimal("1.10")} for n in range(50)]}
    odd = OddAmounts(kinds=(kind,)).change(document)
    assert exact.read(exact.written(odd)) == odd
    told = {entry["forecastValue"] for entry in odd["entries"]}
    assert len(told) == (1 if kind in ("zero", "null") else 50)


def test_an_amount_that_is_odd_stays_so_in_the_same_key(documents):
    historical, _, _ = documents(OddAmounts())
    latest, _, _ = documents(OddAmounts(), includeHistorical=False)
    shared = set(by_key(historical)) & set(by_key(latest))
    assert shared
    assert all(
        by_key(historical)[each][name] == by_key(latest)[each][name]
        for each in shared
        for name in AMOUNTS
        if name in by_key(historical)[each]
    )


def test_one_entry_has_amounts_that_are_too_large(changed):
    before, after = changed(AmountTooLarge(ASKED.turns(2)))
    different = [(a, b) for a, b in zip(before["entries"], after["entries"], strict=True) if a != b]
    assert len(different) == 1
    plain, large = different[0]
    assert others(plain, *AMOUNTS) == others(large, *AMOUNTS)
    assert {large[name] for name in AMOUNTS if name in large} == {TOO_LARGE}
    assert others(after, "entries") == others(before, "entries")


def test_unordered_lists_hold_the_same_in_another_order(changed):
    before, after = changed(Unordered(ASKED.turns(2)))
    assert list(after) == list(before)
    for name in LISTS:
        assert Counter(map(str, after[name])) == Counter(map(str, before[name]))
    starts = [frame["startDate"] for frame in after["timeFrames"]]
    assert starts != sorted(starts)
    assert after["entries"] != before["entries"]


def test_a_second_role_is_one_user_more_with_entries_and_amounts_of_its_own(changed):
    before, after = changed(SecondRole(ASKED.turns(2)))
    assert others(after, "entries", "users") == others(before, "entries", "users")
    assert after["users"][:-1] == before["users"]
    second = after["users"][-1]
    first = next(user for user in before["users"] if user["email"] == second["email"])
    assert second["userId"] != first["userId"]
    assert second["userId"].partition(":")[0] == first["userId"].partition(":")[0]
    more = after["entries"][len(before["entries"]) :]
    assert after["entries"][: len(before["entries"])] == before["entries"]
    assert len(by_key(after)) == len(after["entries"])
    own = [entry for entry in before["entries"] if entry["userId"] == first["userId"]]
    assert len(more) == len(own) > 0
    assert all(a["forecastValue"] != b["forecastValue"] for a, b in zip(own, more, strict=True) if "forecastValue" in a)


def test_repeated_entries_are_the_same_again(changed):
    before, after = changed(RepeatedEntries(ASKED.turns(2)))
    assert others(after, "entries") == others(before, "entries")
    count = len(before["entries"])
    assert after["entries"][:count] == before["entries"]
    again = after["entries"][count:]
    assert len(again) == -(-count // 4)
    assert all(by_key(before)[key(entry)] == entry for entry in again)


@pytest.mark.parametrize("types", [["forecast"], WISHES["typesToExport"]])
def test_conflicting_entries_have_an_earlier_version_before_or_after_them(changed, types):
    before, after = changed(ConflictingEntries(ASKED.turns(2)), typesToExport=types)
    assert others(after, "entries") == others(before, "entries")
    versions = {}
    for position, entry in enumerate(after["entries"]):
        versions.setdefault(key(entry), []).append((position, entry))
    assert set(versions) == set(by_key(before))
    twice = [each for each in versions.values() if len(each) == 2]
    assert len(twice) == -(-len(before["entries"]) // 4)
    assert len(after["entries"]) == len(before["entries"]) + len(twice)
    places = set()
    for pair in twice:
        (_, late), (_, early) = sorted(pair, key=lambda each: each[1]["updatedOn"], reverse=True)
        assert late["updatedOn"] > early["updatedOn"]
        assert late["updatedOn"] >= late.get("adjustedOn", 0)
        assert early.get("adjustedOn", 0) <= early["updatedOn"]
        assert others(late, "updatedOn") == others(by_key(before)[key(late)], "updatedOn")
        assert any(early[name] != late[name] for name in AMOUNTS if name in late)
        places.add(pair[0][1] is early)
    assert places == {True, False}


def test_a_vanished_person_is_gone_in_every_role_and_everybody_else_is_there(changed):
    before, after = changed(VanishedPerson(ASKED.turns(2)))
    assert others(after, "entries", "users") == others(before, "entries", "users")
    gone = [user for user in before["users"] if user not in after["users"]]
    assert len({user["email"] for user in gone}) == 1
    ids = {user["userId"] for user in gone}
    assert any(entry["userId"] in ids for entry in before["entries"])
    assert after["entries"] == [entry for entry in before["entries"] if entry["userId"] not in ids]
    assert gone[0]["email"] not in {user["email"] for user in after["users"]}


def test_the_same_person_vanishes_from_every_quarter(documents):
    gone = set()
    for period in ("2027_Q4", "2027_Q3"):
        before, after, _ = documents(VanishedPerson(ASKED.turns(2)), timePeriod=period)
        gone |= {user["email"] for user in before["users"]} - {user["email"] for user in after["users"]}
    assert len(gone) == 1


def test_unknown_keys_come_beside_the_known_ones(changed):
    before, after = changed(UnknownKey(ASKED.turns(2)))
    assert set(after) - set(before) == {"insights"}
    for name in LISTS:
        for plain, more in zip(before[name], after[name], strict=True):
            assert plain.items() <= more.items()
    assert set(after["entries"][0]) - set(before["entries"][0]) == {"winLikelihood", "explanation"}


@pytest.mark.parametrize(("of", "missing"), [("entries", "userId"), ("entries", "forecastValue"), ("users", "email")])
def test_a_missing_key_is_missing_everywhere_and_nothing_else_is(changed, of, missing):
    before, after = changed(MissingKey(ASKED.turns(2), key=missing, of=of))
    assert others(after, of) == others(before, of)
    assert after[of] == [others(each, missing) for each in before[of]]
    assert any(missing in each for each in before[of])


def test_a_changed_type_is_an_amount_as_text(changed):
    before, after = changed(ChangedType(ASKED.turns(2)))
    assert others(after, "entries") == others(before, "entries")
    for plain, odd in zip(before["entries"], after["entries"], strict=True):
        assert others(odd, "forecastValue") == others(plain, "forecastValue")
        if "forecastValue" in plain:
            assert odd["forecastValue"] == f"${plain['forecastValue']:,}"


def test_a_seed_decides_what_is_chosen(simulator):
    document = simulator.truth("net_bookings", "2027_Q3", simulator.clock.now())
    for fault in (AmountTooLarge, ConflictingEntries, OddAmounts, RepeatedEntries, SecondRole, Unordered):
        assert fault(seed=1).change(document) == fault(seed=1).change(document)
        assert fault(seed=1).change(document) != fault(seed=2).change(document)
    assert len({str(VanishedPerson(seed=seed).change(document)) for seed in range(10)}) > 1
