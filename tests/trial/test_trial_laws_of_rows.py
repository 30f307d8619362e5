from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from clari_readiness.trial.course import Course, End, Truth
from clari_readiness.trial.laws.rows import kept, vanished_are_kept
from tests.trial.making import (
    ASSIGNMENT,
    BAD,
    BEGAN,
    GOOD,
    course,
    entry,
    events,
    forecasts,
    opportunities,
    row,
    run,
    truth,
)

ADA, BOB = entry("1:A"), entry("2:B", "20.00")
LATER = BEGAN + timedelta(days=8)


def broken(judged: Course) -> list[str]:
    return [each.sentence for each in kept(judged)]


def after(*rows: dict[str, Any], **changed: Any) -> list[str]:
    return broken(course(run(after=forecasts(*rows), truth=truth(ADA, BOB), **changed)))


def test_a_complete_run_that_left_the_truth_breaks_nothing() -> None:
    assert after(row("1:A"), row("2:B", amount="20.00")) == []


def test_rows_that_are_missing_are_lost() -> None:
    assert after(row("1:A")) == ["lost 1 of 2 entries of 2027_Q4"]


def test_a_key_that_is_there_twice_for_one_export_is_duplicated() -> None:
    assert after(row("1:A"), row("1:A"), row("2:B", amount="20.00")) == [
        "duplicated 1 row of 2027_Q4: one key is there up to 2 times"
    ]


def test_a_job_that_another_had_queued_is_no_export_of_its_own() -> None:
    taken = replace(truth(ADA), documents=(), downloaded=("9",), taken=("9",))
    judged = course(run(after=forecasts(row("1:A")), truth=taken))
    assert broken(judged) == ["lost all of 2027_Q4: it took the job of another for its own"]


def test_more_snapshots_than_exports_are_duplicates_too() -> None:
    again = row("1:A", exported_at=BEGAN + timedelta(seconds=1))
    assert after(row("1:A"), again, row("2:B", amount="20.00")) == ["holds 2 snapshots of 2027_Q4, from 1 export of it"]


def test_an_amount_that_is_a_cent_off_is_inexact() -> None:
    assert after(row("1:A", amount="10.01"), row("2:B", amount="20.00")) == [
        "1 amount of 2027_Q4 wrong: forecast_amount is 10.01 and should be 10.00"
    ]


def test_null_is_not_zero() -> None:
    judged = course(run(after=forecasts(row("1:A", amount="0")), truth=truth(entry("1:A", None))))
    assert broken(judged) == ["1 amount of 2027_Q4 wrong: forecast_amount is 0 and should be NULL"]


def test_a_name_that_was_escaped_is_altered() -> None:
    assert after(row("1:A", owner_name="A&amp;da"), row("2:B", amount="20.00")) == [
        "altered 1 text of 2027_Q4: owner_name is 'A&amp;da' and should be 'Ada'"
    ]


def test_rows_that_no_answer_had_are_invented() -> None:
    assert after(row("1:A"), row("2:B", amount="20.00"), row("9:Z")) == [
        "holds 1 row of 2027_Q4 that no answer to it had"
    ]


def test_rows_of_a_period_that_was_not_asked_for_are_of_a_wrong_one() -> None:
    assert after(row("1:A"), row("2:B", amount="20.00"), row(time_period="2027_Q3")) == [
        "holds 1 row of 2027_Q3, which was not asked for"
    ]


def test_a_period_that_was_never_downloaded_is_lost_whole() -> None:
    assert broken(course(run(truth=Truth()))) == ["lost all of 2027_Q4: it was never downloaded"]


def test_an_exporter_without_currencies_is_judged_by_the_rest_of_the_key() -> None:
    bare = [{name: value for name, value in row(user).items() if name != "currency"} for user in ("1:A", "3:C")]
    absent = frozenset({"currency"})
    judged = course(run(after=forecasts(*bare, absent=absent), truth=truth(ADA, entry("3:C"))))
    assert broken(judged) == []


def test_the_newest_row_of_a_key_is_what_counts() -> None:
    old, new = row("1:A", amount="1.00"), row("1:A", exported_at=LATER)
    judged = run(before=forecasts(old), after=forecasts(old, new), truth=truth(ADA, job="2"))
    two = replace(judged.truth, documents=(*truth(ADA).documents, *judged.truth.documents))
    assert broken(course(replace(judged, truth=two))) == []
    swapped = replace(judged, truth=two, after=forecasts(replace_at(old, LATER), replace_at(new, BEGAN)))
    assert broken(course(swapped)) == ["1 amount of 2027_Q4 wrong: forecast_amount is 1.00 and should be 10.00"]


def test_amounts_that_an_earlier_export_had_are_stale() -> None:
    old = row("1:A", amount="1.00")
    told = replace(
        truth(ADA, job="2"), documents=(*truth(entry("1:A", "1.00")).documents, *truth(ADA, job="2").documents)
    )
    assert broken(course(run(before=forecasts(old), after=forecasts(old), truth=told))) == [
        "1 amount of 2027_Q4 stale: forecast_amount is 1.00 and should be 10.00"
    ]


def replace_at(one: dict[str, Any], at: Any) -> dict[str, Any]:
    return {**one, "exported_at": at}


def test_who_vanished_may_stay_as_before_and_is_not_to_be_resurrected() -> None:
    old = (row("1:A"), row("2:B", amount="20.00"))
    told = replace(truth(ADA, job="2"), documents=(*truth(ADA, BOB).documents, *truth(ADA, job="2").documents))
    stays = run(before=forecasts(*old), after=forecasts(*old, row("1:A", exported_at=LATER)), truth=told)
    assert broken(course(stays)) == []
    raised = replace(stays, after=forecasts(*old, *(replace_at(each, LATER) for each in old)))
    assert broken(course(raised)) == ["resurrected 1 row of 2027_Q4, which the newest export lacks"]


def test_whose_rows_were_deleted_because_a_later_export_lacks_them_is_told() -> None:
    judged = course(run(before=forecasts(row("1:A"), row("2:B")), after=forecasts(row("1:A"))))
    assert [each.sentence for each in vanished_are_kept(judged)] == ["deleted 1 row of 2:B, whom a later export lacks"]


def test_after_a_loud_failure_every_row_is_as_it_was() -> None:
    loud = run(must=End.LOUD, ends=(BAD,), before=forecasts(row("1:A")), after=forecasts(row("1:A")))
    assert broken(course(loud)) == []
    worse = replace(loud, after=forecasts(row("1:A", amount="11.00"), row("2:B")))
    assert broken(course(worse)) == ["changed the rows although it failed: 1 row gone, 2 rows new"]
    silent = broken(course(replace(worse, ends=(GOOD,))))
    assert silent[0] == "changed the rows although what it asked for could not be had: 1 row gone, 2 rows new"


def test_a_killed_run_leaves_a_period_as_it_was_or_complete_and_nothing_in_between() -> None:
    killed = run(must=End.KILLED, ends=(BAD,), truth=truth(ADA, BOB))
    assert broken(course(killed)) == []
    assert broken(course(replace(killed, after=forecasts(row("1:A"), row("2:B", amount="20.00"))))) == []
    assert broken(course(replace(killed, after=forecasts(row("1:A"))))) == [
        "left 2027_Q4 neither as it was nor complete when it was killed (run 1): lost 1 of 2 entries of 2027_Q4"
    ]


def test_either_end_is_judged_by_what_the_exit_code_said() -> None:
    half = forecasts(row("1:A"))
    quiet = run(must=End.EITHER, ends=(GOOD,), after=half, truth=truth(ADA, BOB))
    loud = replace(quiet, ends=(BAD,), after=forecasts())
    assert broken(course(quiet)) == ["lost 1 of 2 entries of 2027_Q4"]
    assert broken(course(loud)) == []


def test_a_run_that_failed_loudly_lost_nothing() -> None:
    failed = run(ends=(BAD,), truth=truth(ADA))
    assert broken(course(failed)) == []
    assert broken(course(replace(failed, after=forecasts(row("2:B"))))) == [
        "left 2027_Q4 neither as it was nor complete: lost 1 of 1 entry of 2027_Q4"
    ]


def test_a_good_run_leaves_no_quarter_as_it_was_more_than_a_week_before() -> None:
    held = forecasts(row("1:A"))
    first = run(after=held, truth=truth(ADA))
    idle = run(before=held, after=held, truth=replace(truth(ADA), downloaded=()))
    assert broken(course(first, idle)) == []
    assert broken(course(first, replace(idle, days=1.0))) == []
    assert broken(course(first, replace(idle, days=8.0))) == [
        "left 2027_Q4 as it was 8 days before (run 2): it downloaded nothing of it"
    ]


def test_a_damaged_document_is_none_that_anybody_may_load() -> None:
    told = truth(ADA, damage=("rowsTruncated",))
    judged = run(must=End.EITHER, ends=(BAD,), after=forecasts(row("1:A")), truth=told)
    assert broken(course(judged)) == ["left 2027_Q4 neither as it was nor complete: it holds what was never downloaded"]


AT = BEGAN.isoformat()
LOGIN: tuple[str | None, ...] = (AT, "1", "s", "login")
AUDIT = replace(ASSIGNMENT, time_periods=(), audit_from=BEGAN - timedelta(days=1))


def event(**changed: Any) -> dict[str, Any]:
    return {"event_timestamp": BEGAN, "actor_id": "1", "session_id": "s", "event": "login", **changed}


def audited(*rows: dict[str, Any], times: int = 1, **changed: Any) -> list[str]:
    told = Truth(certain_events=Counter({LOGIN: times}), possible_events=Counter({LOGIN: times}))
    judged = run(assignment=AUDIT, after=events(*rows), truth=told)
    return broken(course(judged, **changed))


def test_events_are_counted_since_there_are_true_duplicates() -> None:
    assert audited(event(), event(), times=2) == []
    assert audited(event(), times=2) == ["lost 1 of 2 audit events: it read 0 pages"]
    assert audited(event(), event(), times=1) == ["duplicated 1 of 1 audit events"]


def test_a_spare_event_is_let_pass_where_nobody_can_tell() -> None:
    assert audited(event(), event(), spare_events=1) == []
    assert audited(event(), event(event="foreign"), spare_events=1) == ["invented 1 of 1 audit events"]


def test_events_before_the_window_are_nobodys_business() -> None:
    assert audited(event(), event(event_timestamp=BEGAN - timedelta(days=9))) == []


def test_events_that_were_there_stay_when_a_run_fails() -> None:
    told = Truth(possible_events=Counter({LOGIN: 1}))
    failed = run(assignment=AUDIT, must=End.LOUD, ends=(BAD,), before=events(event()), truth=told)
    judged = course(failed, about="audit")
    assert broken(judged) == ["lost 1 of 1 audit events that it had, as it failed"]
    foreign = replace(failed, after=events(event(), event(event="foreign")))
    assert broken(course(foreign, about="audit")) == ["holds 1 audit events that never happened"]


def test_opportunities_are_there_once_and_as_they_are() -> None:
    told = Truth(opportunities={"a": 1, "b": 2})
    assignment = replace(ASSIGNMENT, time_periods=(), opportunity_ids=("a", "b"))

    def judged(*rows: dict[str, Any]) -> list[str]:
        return broken(course(run(assignment=assignment, after=opportunities(*rows), truth=told)))

    a, b = {"opportunity_id": "a", "score": 1}, {"opportunity_id": "b", "score": 2}
    assert judged(a, b) == []
    assert judged(a) == ["lost 1 of 2 opportunities: it asked 0 times"]
    assert judged(a, b, b) == ["duplicated 1 opportunities"]
    assert judged(a, {**b, "score": 3}) == ["the score of 1 opportunities is not what Clari said"]
