"""The decision over the catalogue, fail-closed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.gate.catalogue import CATALOGUE, SUBSETS
from clari_readiness.gate.decision import Run, decide, item_results, problems_of
from clari_readiness.model.findings import Concession, Decision, Finding, Item, ItemResult, Result

ITEMS = (
    Item("CONN-01", "reachable", "P1", ("clari",)),
    Item("API-04", "periods", "P2", ("warehouse", "clari")),
    Item("OWN-01", "a team's own", "P3", ("settings",)),
)


def finding(item: str, source: str, result: Result = Result.PASS, **more: object) -> Finding:
    return Finding(item, source, result, check=f"checks/{item}", **more)  # type: ignore[arg-type]


def healthy() -> list[Finding]:
    return [finding(item.id, source) for item in ITEMS for source in item.sources]


def waiver(item: str, **more: object) -> Concession:
    fields = {"text": "later", "by": "head of revops", "expires": "2027-01-31", "days_left": 71, **more}
    return Concession("waiver", item, **fields)  # type: ignore[arg-type]


def exemption(item: str, **more: object) -> Concession:
    return replace(waiver(item, **more), kind="not_applicable")


def decided(run: Run, *, live: bool = True, subset: str = "", broke: str = "") -> Decision:
    results = item_results(run)
    return decide(results, problems_of(run, results), live=live, subset=subset, broke=broke)


def results_of(run: Run) -> dict[str, Result]:
    return {result.item.id: result.result for result in item_results(run)}


def test_everything_passed_is_go_in_a_live_environment_and_a_passed_rehearsal_elsewhere() -> None:
    run = Run(ITEMS, healthy())
    assert (decided(run).words, decided(run).exit_code) == ("GO", 0)
    assert (decided(run, live=False).words, decided(run, live=False).exit_code) == ("REHEARSAL PASSED", 0)


def test_an_item_of_which_nothing_was_heard_is_not_verified_and_the_run_incomplete() -> None:
    run = Run(ITEMS, [f for f in healthy() if f.item != "CONN-01"])
    assert results_of(run)["CONN-01"] is Result.NOT_VERIFIED
    assert decided(run).exit_code == 10


def test_no_finding_at_all_is_never_a_go() -> None:
    assert decided(Run(ITEMS, [])).exit_code == 10
    assert decided(Run((), [])).exit_code == 10


def test_one_source_that_could_not_look_makes_the_item_not_verified() -> None:
    run = Run(ITEMS, [f for f in healthy() if (f.item, f.source) != ("API-04", "clari")])
    assert results_of(run)["API-04"] is Result.NOT_VERIFIED


def test_of_two_findings_of_one_source_the_weaker_decides() -> None:
    run = Run(ITEMS, [*healthy(), finding("OWN-01", "settings", Result.NOT_VERIFIED)])
    assert results_of(run)["OWN-01"] is Result.NOT_VERIFIED


def test_a_failure_is_no_go_whatever_else_is_missing() -> None:
    run = Run(ITEMS, [finding("CONN-01", "clari", Result.FAIL)])
    assert (decided(run).words, decided(run).exit_code) == ("NO-GO", 1)
    assert decided(run, live=False).words == "REHEARSAL FAILED"


def test_a_broken_gate_goes_before_everything() -> None:
    run = Run(ITEMS, [finding("CONN-01", "clari", Result.FAIL)], (waiver("API-04", problem="it expired"),))
    assert decided(run, broke="a plugin raised").exit_code == 3


def test_an_invalid_concession_goes_before_a_failure() -> None:
    run = Run(ITEMS, [finding("CONN-01", "clari", Result.FAIL)], (waiver("API-04", problem="it expired"),))
    assert (decided(run).words, decided(run).exit_code) == ("INVALID", 11)
    assert decided(run).reasons == ("waiver of API-04: it expired",)


def test_a_waiver_covers_a_failure_and_shows_what_it_really_was() -> None:
    run = Run(ITEMS, [*healthy()[:-1], finding("OWN-01", "settings", Result.FAIL)], (waiver("OWN-01"),))
    [own] = [result for result in item_results(run) if result.item.id == "OWN-01"]
    assert (own.result, own.real) == (Result.WAIVED, Result.FAIL)
    assert decided(run).exit_code == 0


def test_a_waiver_never_covers_what_nobody_could_look_at() -> None:
    run = Run(ITEMS, healthy()[:-1], (waiver("OWN-01"),))
    assert results_of(run)["OWN-01"] is Result.NOT_VERIFIED


def test_a_waived_failure_does_not_hide_another_source_that_could_not_look() -> None:
    found = [f for f in healthy() if f.item != "API-04"] + [finding("API-04", "warehouse", Result.FAIL)]
    assert results_of(Run(ITEMS, found, (waiver("API-04"),)))["API-04"] is Result.NOT_VERIFIED


def test_a_waiver_with_a_problem_covers_nothing() -> None:
    found = [*healthy()[:-1], finding("OWN-01", "settings", Result.FAIL)]
    assert results_of(Run(ITEMS, found, (waiver("OWN-01", problem="expired"),)))["OWN-01"] is Result.FAIL


def test_a_waived_item_that_passed_twice_in_a_row_makes_the_run_invalid() -> None:
    once = Run(ITEMS, healthy(), (waiver("OWN-01"),))
    twice = replace(once, previously_passed=frozenset({"OWN-01"}))
    assert (decided(once).exit_code, decided(twice).exit_code) == (0, 11)


def test_not_applicable_leaves_the_run_passed() -> None:
    run = Run(ITEMS, healthy()[:-1], (exemption("OWN-01"),))
    assert results_of(run)["OWN-01"] is Result.NOT_APPLICABLE
    assert decided(run).exit_code == 0


@pytest.mark.parametrize("result", [Result.PASS, Result.FAIL])
def test_not_applicable_is_contradicted_by_anything_observed(result: Result) -> None:
    run = Run(ITEMS, [*healthy()[:-1], finding("OWN-01", "settings", result)], (exemption("OWN-01"),))
    assert decided(run).exit_code == 11
    assert "contradicted" in decided(run).reasons[0]


def test_not_applicable_of_one_surface_leaves_the_item_in_place() -> None:
    run = Run(ITEMS, healthy(), (exemption("OWN-01", surface="audit events"),))
    assert results_of(run)["OWN-01"] is Result.PASS
    assert decided(run).exit_code == 0


def test_not_applicable_of_one_surface_does_not_take_the_item_out_of_the_run() -> None:
    run = Run(ITEMS, healthy()[:-1], (exemption("OWN-01", surface="audit events"),))
    assert results_of(run)["OWN-01"] is Result.NOT_VERIFIED
    assert decided(run).exit_code == 10


def test_no_concession_covers_an_item_whose_check_crashed() -> None:
    run = Run(ITEMS, healthy()[:-1], (exemption("OWN-01"),), crashed=frozenset({"OWN-01"}))
    assert results_of(run)["OWN-01"] is Result.NOT_VERIFIED


def test_a_waiver_does_not_cover_an_item_of_which_another_check_crashed() -> None:
    found = [f for f in healthy() if f.item != "API-04"]
    found += [finding("API-04", "warehouse", Result.FAIL), finding("API-04", "clari", Result.NOT_VERIFIED)]
    run = Run(ITEMS, found, (waiver("API-04"),), crashed=frozenset({"API-04"}))
    assert results_of(run)["API-04"] is Result.FAIL
    assert decided(run).exit_code == 1


def test_a_declaration_is_no_waiver_and_no_exemption() -> None:
    declared = replace(waiver("OWN-01"), kind="declaration")
    assert results_of(Run(ITEMS, healthy()[:-1], (declared,)))["OWN-01"] is Result.NOT_VERIFIED
    failed = [*healthy()[:-1], finding("OWN-01", "settings", Result.FAIL)]
    assert results_of(Run(ITEMS, failed, (declared,)))["OWN-01"] is Result.FAIL


def test_not_applicable_does_not_hide_a_failure_behind_the_sources_that_could_not_look() -> None:
    found = [f for f in healthy() if f.item != "API-04"] + [finding("API-04", "warehouse", Result.FAIL)]
    run = Run(ITEMS, found, (exemption("API-04"),))
    assert results_of(run)["API-04"] is Result.FAIL
    assert decided(run).exit_code == 11


def test_a_run_in_which_nothing_was_observed_has_not_passed() -> None:
    run = Run(ITEMS, [], tuple(exemption(item.id) for item in ITEMS))
    assert set(results_of(run).values()) == {Result.NOT_APPLICABLE}
    assert decided(run).exit_code == 10


def test_a_doubt_keeps_a_run_from_passing_and_is_told() -> None:
    results = item_results(Run(ITEMS, healthy()))
    decision = decide(results, (), live=True, doubts=["checks were deselected"])
    assert (decision.words, decision.exit_code, decision.reasons) == ("INCOMPLETE", 10, ("checks were deselected",))


def test_a_managed_connector_has_no_trial_and_the_other_sources_decide() -> None:
    items = (Item("A-01", "both", "P1", ("settings", "trial")), Item("B-01", "trial alone", "P1", ("trial",)))
    run = Run(items, [finding("A-01", "settings")], managed="fivetran")
    assert results_of(run) == {"A-01": Result.PASS, "B-01": Result.NOT_APPLICABLE}


def test_a_subset_decides_over_its_own_sources_and_never_says_go() -> None:
    run = Run(ITEMS, [finding("API-04", "clari")], scope=frozenset({("API-04", "clari")}))
    assert results_of(run) == {"API-04": Result.PASS}
    assert (decided(run, subset="contracts").words, decided(run, subset="contracts").exit_code) == ("SUBSET PASSED", 0)


def test_an_empty_subset_has_not_passed() -> None:
    run = Run(ITEMS, healthy(), scope=frozenset())
    assert decided(run, subset="trial").exit_code == 10


results = st.sampled_from([Result.PASS, Result.FAIL, Result.NOT_VERIFIED, Result.NOT_APPLICABLE])


@given(st.dictionaries(st.sampled_from([(i.id, s) for i in ITEMS for s in i.sources]), results), st.booleans())
def test_only_a_run_in_which_every_source_passed_or_does_not_apply_exits_with_zero(
    found: dict[tuple[str, str], Result], live: bool
) -> None:
    run = Run(ITEMS, [finding(item, source, result) for (item, source), result in found.items()])
    kept = {Result.PASS, Result.NOT_APPLICABLE}
    complete = len(found) == 4 and Result.PASS in found.values() and set(found.values()) <= kept
    assert (decided(run, live=live).exit_code == 0) == complete


@given(st.lists(st.tuples(st.sampled_from([i.id for i in ITEMS]), results)))
def test_adding_a_finding_never_turns_another_decision_into_a_pass(found: list[tuple[str, Result]]) -> None:
    worse = [finding(item, "settings" if item == "OWN-01" else "clari", result) for item, result in found]
    if any(f.result in (Result.FAIL, Result.NOT_VERIFIED) for f in worse):
        assert decided(Run(ITEMS, [*healthy(), *worse])).exit_code != 0


def test_the_catalogue_has_every_item_once_and_subsets_name_its_sources() -> None:
    pairs = {(item.id, source) for item in CATALOGUE for source in item.sources}
    assert len({item.id for item in CATALOGUE}) == len(CATALOGUE) == 38
    assert all(pairs >= scope for scope in SUBSETS.values())


def test_a_result_is_kept_for_every_item_of_the_catalogue() -> None:
    decided_over: tuple[ItemResult, ...] = item_results(Run(CATALOGUE, []))
    assert [result.item for result in decided_over] == list(CATALOGUE)
    assert {result.result for result in decided_over} == {Result.NOT_VERIFIED}
