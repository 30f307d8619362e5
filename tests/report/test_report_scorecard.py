from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from clari_readiness.model.findings import Decision, Finding, GateReport, ItemResult, Result
from clari_readiness.report import scorecard
from clari_readiness.report.plain import plain

PATH = ".readiness/prod/report.html"
LOOKS = re.compile(r"\x1b\[[0-9;]*m")


def card(report: GateReport, *, width: int = 80, colour: bool = False) -> str:
    return scorecard(report, width=width, colour=colour, report_path=PATH)


def squashed(text: str) -> str:
    return "".join(text.split())


def line_with(words: str, shown: str) -> int:
    return next(number for number, line in enumerate(shown.splitlines()) if words in line)


def test_forty_ids_and_ten_lines_of_trouble_fit_on_one_screen(make: SimpleNamespace) -> None:
    silent = [f"CLA-{number:02}" for number in range(13, 53)]
    waiting = [make.result(name, Result.NOT_VERIFIED, observed="", cause="its check did not run") for name in silent]
    failing = [f"API-0{number}" for number in range(1, 6)] + [f"RES-0{number}" for number in range(1, 6)]
    wrong = [make.result(name, Result.FAIL, observed=f"{name} is not what was expected of it") for name in failing]
    shown = card(make.report(*wrong, *waiting, decision=Decision("NO-GO", 1, ("10 items failed",)))).splitlines()
    assert len(shown) <= 40
    assert all(name in " ".join(shown) for name in [*failing, *silent])


def test_ten_blockers_with_what_to_do_fit_on_one_screen(make: SimpleNamespace) -> None:
    assert len(card(make.no_go()).splitlines()) <= 40


def test_every_section_has_a_line_with_its_score(make: SimpleNamespace) -> None:
    shown = card(make.incomplete()).splitlines()
    assert re.fullmatch(r"CONN +Validation script +1/3 +2 not verified", shown[0])
    assert re.fullmatch(r"CLA +What production needs beyond the checklist +1/12 +11 not verified", shown[5])


def test_two_kinds_of_trouble_in_the_longest_section_stay_on_its_line(make: SimpleNamespace) -> None:
    wrong = [make.result(f"CLA-0{number}", Result.FAIL) for number in (1, 2)]
    unknown = [make.result(f"CLA-{number:02}", Result.NOT_VERIFIED) for number in range(3, 13)]
    assert card(make.report(*wrong, *unknown)).splitlines()[5].endswith("0/12 2 failed, 10 not verified")


def test_not_applicable_leaves_the_denominator_and_waived_does_not(make: SimpleNamespace) -> None:
    shown = card(make.go())
    assert re.search(r"^API .* 6/6 +1 not applicable$", shown, re.MULTILINE)
    assert re.search(r"^MON .* 4/5 +1 waived$", shown, re.MULTILINE)
    assert re.search(r"^AUTH .* 5/5 +1 declared$", shown, re.MULTILINE)


def test_a_section_of_the_team_follows_the_checklist(make: SimpleNamespace) -> None:
    shown = card(make.report(make.result("TEAM-01", Result.PASS))).splitlines()
    assert re.fullmatch(r"TEAM +TEAM +1/1", shown[6])


def test_failures_come_first_and_urgent_ones_first_of_all(make: SimpleNamespace) -> None:
    shown = card(
        make.report(
            make.result("CONN-01", Result.NOT_APPLICABLE, priority="P1", concession=make.waiver("CONN-01")),
            make.result("AUTH-01", Result.WAIVED, priority="P1", real=Result.FAIL, concession=make.waiver("AUTH-01")),
            make.result("API-01", Result.NOT_VERIFIED, priority="P1"),
            make.result("API-02", Result.FAIL, priority="P3"),
            make.result("MON-05", Result.FAIL, priority="P1"),
        )
    )
    order = ["FAIL  2 items", "MON-05 P1", "API-02 P3", "NOT VERIFIED  1 item", "API-01 P1"]
    order += ["WAIVED  1 item", "AUTH-01 P1", "NOT APPLICABLE  1 item", "CONN-01 P1"]
    lines = [line_with(words, shown) for words in order]
    assert lines == sorted(lines)


def test_items_with_one_cause_are_told_once(make: SimpleNamespace) -> None:
    shown = card(make.incomplete())
    assert shown.count("its check did not run") == 1
    assert shown.count("does not resolve") == 1
    assert shown.count("set CLARI_API_KEY") == 1
    assert "26 items  its check did not run" in shown


def test_an_item_that_two_causes_hold_back_is_listed_under_both(make: SimpleNamespace) -> None:
    key, later = "the key does not resolve", "its check did not run"
    both = make.result("API-04", Result.NOT_VERIFIED, cause=key)
    second = Finding("API-04", "trial", Result.NOT_VERIFIED, check="", observed=later, cause=later)
    both = replace(both, findings=(*both.findings, second))
    others = [make.result("CONN-01", Result.NOT_VERIFIED, cause=key), make.result("MON-01", Result.NOT_VERIFIED)]
    shown = card(make.report(both, *others, make.result("RES-01", Result.NOT_VERIFIED, cause=later)))
    assert shown.count("API-04") == 2
    assert "NOT VERIFIED  4 items" in shown


def test_sources_that_passed_do_not_explain_a_failure(make: SimpleNamespace) -> None:
    failed = make.result("API-03", Result.FAIL, observed="the warehouse has no quota")
    passed = Finding("API-03", "settings", Result.PASS, check="", observed="all three are configured")
    shown = card(make.report(replace(failed, findings=(passed, *failed.findings))))
    assert "the warehouse has no quota" in shown
    assert "all three are configured" not in shown


def test_an_item_that_no_check_reported_on_says_so(make: SimpleNamespace) -> None:
    silent = ItemResult(make.item("API-02", "P1"), Result.NOT_VERIFIED, ())
    assert "API-02 P1  it did not run" in card(make.report(silent))


def test_a_waiver_shows_who_until_when_and_what_it_hides(make: SimpleNamespace) -> None:
    shown = " ".join(card(make.go()).split())
    assert "dashboard follows in January (head of revops, until 2027-01-31, 71 days left)" in shown
    assert "without it FAIL: no dashboard is configured" in shown


def test_a_concession_that_does_not_hold_is_shown_above_the_decision(make: SimpleNamespace) -> None:
    shown = card(make.invalid())
    problem = line_with("MON-04  waiver (head of revops, until 2027-01-31): it expired", shown)
    assert line_with("MON-04 P2", shown) < problem < line_with("INVALID   exit code 11", shown)


def test_a_failure_is_never_hidden_by_a_waiver_that_no_longer_holds(make: SimpleNamespace) -> None:
    expired = make.waiver("MON-04", problem="it expired")
    failed = make.result("MON-04", Result.FAIL, observed="no dashboard is configured", concession=expired)
    assert re.search(r"MON-04 P2 +no dashboard is configured", card(make.report(failed)))


def test_the_decision_is_last_but_the_path(sample: GateReport) -> None:
    *_, rule, decision, same_rule, path = card(sample).splitlines()
    assert rule == same_rule == "=" * 80
    assert decision == f"{sample.decision.words}   exit code {sample.decision.exit_code}   prod, live"
    assert path == f"Report: {PATH}"


def test_a_rehearsal_and_a_subset_say_so(make: SimpleNamespace) -> None:
    report = make.report(live=False, environment="recorded", subset="contracts", decision=Decision("SUBSET PASSED", 0))
    assert "SUBSET PASSED   exit code 0   recorded, rehearsal, only contracts" in card(report)


def test_the_path_stays_whole_so_that_it_can_be_copied(make: SimpleNamespace) -> None:
    path = "/srv/" + "deep/" * 30 + "report.html"
    assert scorecard(make.go(), width=60, colour=False, report_path=path).endswith(f"Report: {path}")


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"])
def test_without_colour_there_is_no_escape_sequence(
    sample: GateReport, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    plain_card = card(sample)
    monkeypatch.setenv(variable, "1")
    assert card(sample) == plain_card
    assert "\x1b" not in plain_card


@pytest.mark.parametrize(("variable", "value"), [("TERM", "dumb"), ("COLUMNS", "20"), ("NO_COLOR", "1")])
def test_colour_and_width_are_the_callers_to_decide(
    sample: GateReport, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    coloured = card(sample, colour=True)
    monkeypatch.setenv(variable, value)
    assert card(sample, colour=True) == coloured


def test_colour_changes_looks_and_no_words(sample: GateReport) -> None:
    coloured = LOOKS.sub("", card(sample, colour=True))
    assert [line.rstrip() for line in coloured.splitlines()] == card(sample).splitlines()


@pytest.mark.parametrize(
    ("words", "exit_code", "looks"),
    [("GO", 0, "42"), ("NO-GO", 1, "41"), ("INCOMPLETE", 10, "43"), ("INVALID", 11, "45")],
)
def test_each_decision_has_a_colour_of_its_own(make: SimpleNamespace, words: str, exit_code: int, looks: str) -> None:
    shown = card(make.report(decision=Decision(words, exit_code)), colour=True)
    decision = next(line for line in shown.splitlines() if f"{words}\x1b" in line)
    assert looks in re.findall(r"\d+", LOOKS.findall(decision)[0])


@pytest.mark.parametrize("colour", [True, False])
def test_foreign_escape_sequences_are_shown_and_not_obeyed(make: SimpleNamespace, *, colour: bool) -> None:
    evil = "\x1b[2J\x9b2J\x07\u202eOG"
    hostile = make.result("API-01", Result.FAIL, observed=evil, fix=evil)
    waiver = make.waiver("MON-04", text=evil, by=evil, expires=evil, problem=evil, item=evil)
    shown = scorecard(
        make.report(hostile, concessions=(waiver,), environment=evil, subset=evil, decision=Decision(evil, 1, (evil,))),
        width=120,
        colour=colour,
        report_path=evil,
    )
    assert not set("\x9b\x07\u202e") & set(shown)
    assert "\x1b" not in LOOKS.sub("", shown)
    assert shown.count(r"\x1b[2J\x9b2J\x07\u202eOG") >= 6


@pytest.mark.parametrize("markup", ["[bold red]x[/]", "[/]", "[link=https://example.com]y[/link]", ":smile:", "\\[b]"])
def test_markup_in_messages_is_text(make: SimpleNamespace, markup: str) -> None:
    assert markup in card(make.report(make.result("API-01", Result.FAIL, observed=markup)), colour=True)


messages = st.text(max_size=200) | st.text(alphabet="ab 李👩", max_size=200)


@settings(deadline=None, max_examples=50)
@given(observed=messages, fix=messages, cause=messages, width=st.integers(1, 120))
@example(observed="x" * 300, fix="https://example.com/" + "y" * 100, cause="", width=40)
def test_messages_are_wrapped_and_never_cut(
    make: SimpleNamespace, observed: str, fix: str, cause: str, width: int
) -> None:
    """Law: at every width all of a message is there, and no line but the path's is wider than the terminal."""
    found = make.result("ABCDEFGHIJKL-001", Result.FAIL, observed=observed, fix=fix, cause=cause)
    shown = card(make.report(found, make.result("API-01", Result.NOT_VERIFIED, observed=observed)), width=width)
    assert squashed(plain(observed)) in squashed(shown)
    assert squashed(plain(fix)) in squashed(shown)
    assert max(cell_len(line) for line in shown.splitlines()[:-1]) <= max(width, 40)


def test_what_follows_in_a_wrapped_message_hangs_under_its_beginning(make: SimpleNamespace) -> None:
    shown = card(make.report(make.result("API-01", Result.FAIL, observed="word " * 60, fix="do " * 60)), width=60)
    first = line_with("API-01", shown)
    indent = shown.splitlines()[first].index("word")
    for line in shown.splitlines()[first + 1 : line_with("====", shown) - 2]:
        assert line[:indent].strip() in ("", "->")
        assert not line[indent].isspace()


def test_a_pass_that_soon_will_be_none_is_told_and_stays_a_pass(make: SimpleNamespace) -> None:
    soon = make.result("AUTH-03", Result.PASS, warning="the key is due in 9 days")
    failed = make.result("AUTH-04", Result.FAIL, observed="prod and staging use one token", warning="of no use now")
    shown = card(make.report(soon, failed))
    assert "WARNING  1 item" in shown
    assert "the key is due in 9 days" in shown
    assert "of no use now" not in shown
    assert line_with("AUTH Authentication", shown) == line_with("4/5", shown)
    assert "WARNING" not in card(make.report())


def test_a_warning_is_shown_and_decides_nothing(make: SimpleNamespace) -> None:
    shown = card(make.report(warnings=("1 alert could not be delivered",)))
    assert "warning: 1 alert could not be delivered" in shown
    assert "exit code 0" in shown
    assert "warning" not in card(make.report())
