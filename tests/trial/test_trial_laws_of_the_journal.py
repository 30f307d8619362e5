from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest

from clari_readiness.trial.assignment import Pace
from clari_readiness.trial.course import Course, Elsewhere, End, ProcessEnd, Request
from clari_readiness.trial.laws import journal, pauses, process
from clari_readiness.trial.verdict import Broken
from tests.trial.making import BAD, GOOD, JOB, RESULTS, course, entry, forecasts, post, request, row, run, truth

Law = Callable[[Course], Iterable[Broken]]


def broken(law: Law, judged: Course) -> list[str]:
    return [each.sentence for each in law(judged)]


def test_more_requests_than_are_plenty_are_too_many() -> None:
    polls = [request(float(number)) for number in range(21)]
    assert broken(journal.bounded(21), course(run(*polls))) == []
    assert broken(journal.bounded(20), course(run(*polls))) == [
        "sent 21 requests, 21 of them GET /v4/export/jobs/1; 20 are plenty"
    ]


def test_a_post_that_is_repeated_after_its_answer_was_lost_spends_an_export() -> None:
    lost, again = post(0.0, status=None, queued="1"), post(1.0, queued="2")
    assert broken(journal.exports_once(1), course(run(lost, again))) == [
        "spent 2 exports for 1: repeated POST /export/forecast/f after its answer was lost (2027_Q4)"
    ]
    assert broken(journal.exports_once(2), course(run(lost, again))) == []
    assert broken(journal.exports_once(1), course(run(post(0.0), post(1.0, period="2027_Q3", queued="2")))) == []


def test_a_post_that_queued_nothing_may_be_repeated() -> None:
    assert broken(journal.exports_once(1), course(run(post(0.0, status=429, queued=None), post(1.0)))) == []


def test_the_run_after_a_kill_goes_on_with_the_same_job() -> None:
    killed = run(post(0.0, status=None), must=End.KILLED)
    assert broken(journal.resumes_the_job, course(killed, run(request(0.0), request(1.0, RESULTS)))) == []
    assert broken(journal.resumes_the_job, course(killed, run(post(0.0, queued="2")))) == [
        (
            "spent 2 exports for 1: it was killed at request 1, POST /export/forecast/f,"
            " and the next run queued another job for 2027_Q4"
        )
    ]


def test_what_was_loaded_before_the_kill_is_no_job_to_go_on_with() -> None:
    killed = run(post(0.0), request(1.0, RESULTS), must=End.KILLED, truth=truth(entry()))
    following = run(post(0.0, queued="2"))
    assert len(broken(journal.resumes_the_job, course(killed, following))) == 1
    assert broken(journal.resumes_the_job, course(replace(killed, after=forecasts(row())), following)) == []


def test_rows_that_do_not_say_of_which_export_they_are_may_be_of_the_one_that_was_killed() -> None:
    row_ = {name: value for name, value in row().items() if name not in ("exported_at", "job_id")}
    held = forecasts(row_, absent=frozenset({"exported_at", "job_id"}))
    killed = run(post(0.0), request(1.0, RESULTS), must=End.KILLED, truth=truth(entry()), before=held, after=held)
    following = run(post(0.0, queued="2"))
    assert broken(journal.resumes_the_job, course(killed, following)) == []
    assert len(broken(journal.resumes_the_job, course(replace(killed, truth=truth(entry("2:A"))), following))) == 1


def test_every_type_is_asked_for() -> None:
    assert broken(journal.types_asked_for, course(run(post(0.0)))) == []
    half = request(0.0, "/v4/export/forecast/f", method="POST", body={"typesToExport": ["forecast"]})
    assert broken(journal.types_asked_for, course(run(half))) == ["did not ask for quota in POST /export/forecast/f"]


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_was_refused_for_good_is_not_repeated(status: int) -> None:
    refused = request(0.0, status=status)
    assert broken(journal.no_hopeless_repeats, course(run(refused, request(1.0, RESULTS)))) == []
    assert broken(journal.no_hopeless_repeats, course(run(refused, request(1.0)))) == [
        f"repeated GET /export/jobs/1 after HTTP {status}"
    ]


@pytest.mark.parametrize(
    "passing",
    [
        request(0.0, status=429),
        request(0.0, status=503),
        post(0.0, status=400, queued=None, fault="concurrent limit reached"),
    ],
)
def test_what_may_pass_is_repeated(passing: Request) -> None:
    assert broken(journal.no_hopeless_repeats, course(run(passing, replace(passing, at=9.0)))) == []


def test_polls_come_no_faster_than_was_told() -> None:
    calm = [request(number * 1.0) for number in range(10)]
    busy = [request(number * 0.1) for number in range(10)]
    assert broken(journal.unhurried_polling, course(run(*calm))) == []
    assert broken(journal.unhurried_polling, course(run(*busy))) == [
        "polled a job every 0.10 s, and every 1 s was told"
    ]


def test_an_answer_that_a_busy_machine_notes_late_makes_no_pause_shorter() -> None:
    looks = [replace(request(number * 1.0), ended=number + 0.6) for number in range(10)]
    assert broken(journal.unhurried_polling, course(run(*looks))) == []
    refused = replace(request(0.0, status=429, answered={"retry-after": "2"}), ended=0.6)
    assert broken(journal.respects_retry_after, course(run(refused, request(2.1)))) == []


@pytest.mark.parametrize("told", ["6", "Sat, 21 Nov 2026 09:00:06 GMT"])
def test_retry_after_is_respected_in_either_form(told: str) -> None:
    refused = request(0.0, status=429, answered={"retry-after": told})
    assert broken(journal.respects_retry_after, course(run(refused, request(6.1)))) == []
    assert broken(journal.respects_retry_after, course(run(refused, request(3.0)))) == [
        "sent GET /export/jobs/1 again after 3.0 s, and Retry-After asked for 6.0"
    ]


@pytest.mark.parametrize("told", ["99999999", "-1", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_retry_after_that_nobody_can_have_meant_binds_nobody(told: str) -> None:
    refused = request(0.0, status=429, answered={"retry-after": told})
    assert broken(journal.respects_retry_after, course(run(refused, request(1.0)))) == []


def attempts(delays: Iterable[float], path: str, start: float) -> list[Request]:
    found, at = [request(start, path, status=503)], start
    for delay in delays:
        at += delay
        found.append(request(at, path, status=503))
    return [*found[:-1], replace(found[-1], line=replace(found[-1].line, status=200))]


def several(pause: Callable[[int, Random], float], chance: Random) -> Course:
    requests = []
    for number in range(4):
        delays = [pause(attempt, chance) for attempt in range(4)]
        requests += attempts(delays, f"/v4/export/jobs/{number}", number * 1000.0)
    return course(run(*requests))


@pytest.mark.parametrize("seed", range(50))
def test_jitter_does_not_fool_the_law_of_growing_delays(seed: int) -> None:
    chance = Random(seed)
    equal = several(lambda attempt, chance: 2.0**attempt * chance.uniform(0.5, 1.0), chance)
    constant = several(lambda _, chance: chance.uniform(0.8, 1.2), chance)
    assert broken(pauses.growing_delays, equal) == []
    assert len(broken(pauses.growing_delays, constant)) == 1


@pytest.mark.parametrize("pause", [0.05, 4.0])
def test_one_moment_in_which_the_machine_stood_still_is_no_backoff(pause: float) -> None:
    stalls = iter([4.5])

    def delay(attempt: int, _: Random) -> float:
        return pause + (next(stalls, 0.0) if attempt == 3 else 0.0)

    (sentence,) = broken(pauses.growing_delays, several(delay, Random(0)))
    assert "does not grow" in sentence if pause > 1 else "without any pause" in sentence


@pytest.mark.parametrize("seed", range(50))
def test_full_jitter_of_several_requests_grows_all_the_same(seed: int) -> None:
    full = several(lambda attempt, chance: chance.uniform(0.0, 2.0 * 2**attempt), Random(seed))
    assert broken(pauses.growing_delays, full) == []


def test_a_busy_machine_does_not_hide_that_short_pauses_grow() -> None:
    # As measured with 25 times as many processes as cores: of half a second, one and two, with equal jitter.
    looks, results = attempts([1.9, 1.2, 1.6], JOB, 0.0), attempts([1.1, 1.0, 2.3], RESULTS, 100.0)
    assert broken(pauses.growing_delays, course(run(*looks, *results))) == []


def test_no_pause_at_all_is_no_backoff() -> None:
    assert broken(pauses.growing_delays, several(lambda *_: 0.01, Random(0))) == [
        "tried again at once, without any pause"
    ]


def test_a_request_that_failed_once_says_nothing_of_growth() -> None:
    post_ = attempts([90.0], "/v4/export/forecast/f", 0.0)
    looks = attempts([1.0, 2.0, 4.0], JOB, 100.0)
    assert broken(pauses.growing_delays, course(run(*post_, *looks))) == []


def failed_three_times_each(pause: Callable[[int], float], *, requests: int = 14) -> Course:
    found = []
    for number in range(requests):
        found += attempts([pause(attempt) for attempt in range(3)], f"/v4/opportunity/{number}", number * 100.0)
    return course(run(*found), pace=Pace(20.0))


JITTERS: dict[str, Callable[[int, Random], float]] = {
    "equal": lambda attempt, chance: 2.0**attempt * chance.uniform(0.5, 1.0),
    "full": lambda attempt, chance: 2.0**attempt * chance.uniform(0.0, 1.0),
    "a tenth": lambda attempt, chance: 2.0 ** (attempt + 1) * chance.uniform(0.9, 1.1),
    "a second": lambda attempt, chance: 2.0 ** (attempt + 1) + chance.uniform(0.0, 1.0),
}
BUSY = (0.0002, 0.001, 0.002, 0.004, 0.006, 0.008, 0.010, 0.012, 0.03, 0.06)
"""What a busy machine adds to pauses, in real seconds: as measured with six times as many processes as it has cores."""


@pytest.mark.parametrize("seed", range(50))
def test_pauses_that_are_equal_but_for_a_busy_machine_have_no_jitter(seed: int) -> None:
    chance = Random(seed)
    equal = failed_three_times_each(lambda attempt: 2.0 ** (attempt + 1) + 20.0 * chance.choice(BUSY))
    (sentence,) = broken(pauses.jittered, equal)
    assert "without jitter" in sentence


@pytest.mark.parametrize("noise", [(0.0,), BUSY], ids=["quiet", "busy"])
@pytest.mark.parametrize("jitter", JITTERS.values(), ids=JITTERS)
def test_chance_in_the_pauses_is_seen(jitter: Callable[[int, Random], float], noise: Sequence[float]) -> None:
    chance = Random(1)

    def pause(attempt: int) -> float:
        return jitter(attempt, chance) + 20.0 * chance.choice(noise)

    wrong = sum(bool(broken(pauses.jittered, failed_three_times_each(pause))) for _ in range(300))
    # What rests on time is wrong only if it is so three times: 3 in 100 are 3 in 100,000 then.
    assert wrong <= 9


def test_pauses_of_which_half_are_equal_could_mean_either_and_are_tried_again() -> None:
    def half_equal(attempt: int, number: int) -> float:
        return 2.0 ** (attempt + 1) + 0.5 * max(0, number % 14 - 6)

    numbers = iter(range(1000))
    found = failed_three_times_each(lambda attempt: half_equal(attempt, next(numbers) // 3))
    assert pauses.unclear(found)
    assert broken(pauses.jittered, found) == []


@pytest.mark.parametrize("jitter", ["equal", "full"])
def test_much_chance_in_the_pauses_is_seldom_unclear_and_none_never(jitter: str) -> None:
    chance = Random(2)
    unclear = [
        pauses.unclear(failed_three_times_each(lambda attempt: JITTERS[jitter](attempt, chance))) for _ in range(200)
    ]
    assert sum(unclear) <= 6
    assert not pauses.unclear(failed_three_times_each(lambda attempt: 2.0 ** (attempt + 1)))


def test_few_pauses_and_no_pauses_are_not_judged_for_jitter() -> None:
    assert broken(pauses.jittered, failed_three_times_each(lambda _: 4.0)) != []
    assert broken(pauses.jittered, failed_three_times_each(lambda _: 4.0, requests=9)) == []
    assert broken(pauses.jittered, failed_three_times_each(lambda _: 0.01)) == []


def test_what_was_refused_for_the_months_quota_is_not_asked_for_again() -> None:
    refused = [post(at, status=400, queued=None) for at in (0.0, 5.0)]
    assert broken(journal.stops_when_out_of_quota, course(run(refused[0]))) == []
    assert broken(journal.stops_when_out_of_quota, course(run(refused[0]), run(refused[0]))) == []
    assert broken(journal.stops_when_out_of_quota, course(run(*refused))) == [
        (
            "sent POST /export/forecast/f 2 times, although the monthly quota was used up: only /admin/limits tells"
            " that from too many at once"
        )
    ]


def test_a_job_is_cancelled_before_another_is_queued_in_its_place() -> None:
    first, second = post(0.0, queued="1"), post(50.0, queued="2")
    cancelled = request(49.0, JOB, method="PATCH", body={"type": "CANCEL"})
    assert broken(journal.cancels_what_it_gave_up, course(run(first, cancelled, second))) == []
    assert broken(journal.cancels_what_it_gave_up, course(run(first))) == []
    assert broken(journal.cancels_what_it_gave_up, course(run(first, second))) == [
        "queued another job and left 1 running, which holds its slot and its quota until it is cancelled"
    ]


def test_a_job_that_does_not_end_is_given_up_in_time() -> None:
    def waited(seconds: float) -> Course:
        return course(run(*(request(float(at)) for at in range(int(seconds) + 1))), pace=Pace(job_timeout=40.0))

    assert broken(journal.keeps_the_timeout, waited(40)) == []
    assert broken(journal.keeps_the_timeout, waited(60)) == [
        "a job that did not end was still waited for after 60.0 s, and 40.0 s were told"
    ]
    assert broken(journal.keeps_the_timeout, waited(20)) == [
        "a job that did not end was given up after 20.0 s, and 40.0 s were told"
    ]


def test_a_job_whose_results_were_read_did_end() -> None:
    assert broken(journal.keeps_the_timeout, course(run(request(0.0), request(90.0), request(91.0, RESULTS)))) == []


def test_any_other_key_is_a_failure_and_no_key_is_one_too() -> None:
    assert broken(journal.own_key_only, course(run(request(0.0)))) == []
    assert broken(journal.own_key_only, course(run(request(0.0, key="sha256:abcdefabcdefabcdef")))) == [
        "sent a key that is not the trial's, sha256:abcdefabcde, with GET /v4/export/jobs/1"
    ]
    assert broken(journal.own_key_only, course(run(request(0.0, key=None)))) == [
        "sent GET /v4/export/jobs/1 without the key"
    ]


def test_the_key_stays_at_its_origin_and_nobody_else_is_asked() -> None:
    def seen(**changed: object) -> Course:
        other = replace(Elsewhere("127.0.0.1:5", "GET /x", with_key=False, led=True), **changed)  # type: ignore[arg-type]
        return course(run(), elsewhere=(other,))

    assert broken(journal.key_stays, seen()) == []
    assert broken(journal.key_stays, seen(with_key=True)) == ["sent the key to 127.0.0.1:5"]
    assert broken(journal.key_stays, seen(where="api.example.com", led=False)) == [
        "asked api.example.com, which nobody had named"
    ]


def test_a_surface_that_it_is_said_not_to_have_is_not_asked_for() -> None:
    asked = course(run(request(0.0, "/v4/audit/events")))
    assert broken(journal.undeclared_surfaces, asked) == [
        "asked for audit, although it was not told to: GET /audit/events"
    ]
    assert broken(journal.undeclared_surfaces, replace(asked, surfaces=frozenset({"audit"}))) == []


def test_what_is_refused_for_want_of_a_slot_is_not_sent_again_at_once() -> None:
    refused = post(0.0, status=400, queued=None, fault="concurrent limit reached")
    assert broken(journal.waited_for_a_slot, course(run(refused, post(2.0)))) == []
    assert broken(journal.waited_for_a_slot, course(run(refused, post(0.1)))) == [
        "sent POST /export/forecast/f again at once, while all slots were taken"
    ]


def test_a_look_at_the_limits_is_no_pause_and_a_busy_machine_no_exporter() -> None:
    def refused(at: float) -> Request:
        return post(at, status=400, queued=None, fault="concurrent limit reached")

    limits = replace(request(0.1, "/v4/admin/limits"), ended=1.9)
    assert len(broken(journal.waited_for_a_slot, course(run(refused(0.0), limits, post(2.0))))) == 1
    waited = request(1.9, "/v4/admin/limits")
    assert broken(journal.waited_for_a_slot, course(run(refused(0.0), waited, post(2.0)))) == []
    hindered = run(refused(0.0), refused(0.1), refused(2.0), refused(4.0), post(6.0))
    assert broken(journal.waited_for_a_slot, course(hindered)) == []


def test_the_exit_code_is_the_truth() -> None:
    loud, complete = run(must=End.LOUD), run(ends=(BAD,))
    assert broken(process.told_the_truth, course(run(), replace(loud, ends=(BAD,)))) == []
    assert broken(process.told_the_truth, course(loud)) == [
        "ended with exit code 0, although what it asked for could not be had"
    ]
    assert broken(process.told_the_truth, course(complete)) == ["ended with exit code 1, although all could be had"]
    assert broken(process.told_the_truth, course(replace(complete, said="KeyError: 'job'"))) == [
        "ended with exit code 1, although all could be had: KeyError: 'job'"
    ]
    killed = run(ends=(replace(BAD, exit_code=-11),))
    assert broken(process.told_the_truth, course(killed)) == ["ended with signal 11, although all could be had"]


def test_of_two_at_once_one_may_stand_back() -> None:
    assert broken(process.told_the_truth, course(run(ends=(GOOD, BAD)))) == []


def test_who_reads_a_body_that_has_no_end_until_it_is_stopped_hangs() -> None:
    overdue = ProcessEnd(None, 25.0, 25.0, overdue=True)
    drips = replace(request(1.0, RESULTS, status=None, fault="dripping without end"), ended=26.0)
    assert broken(process.lets_go, course(run(request(0.0), drips, ends=(overdue,)))) == [
        "still read an answer that dripped without end after 25 s, when it was stopped; 600 s were told for a whole one"
    ]
    assert broken(process.lets_go, course(run(request(0.0), drips, ends=(BAD,)))) == []
    assert broken(process.lets_go, course(run(drips, request(27.0, RESULTS), ends=(overdue,)))) == []
    assert broken(process.lets_go, course(run(request(0.0), ends=(overdue,)))) == []


def test_a_process_that_does_not_end_is_told() -> None:
    overdue = ProcessEnd(None, 25.0, 25.0, overdue=True)
    assert broken(process.ended, course(run(request(0.0, JOB), ends=(overdue,)))) == [
        "did not end within 25 s, after 1 request: it was stopped"
    ]
    assert broken(process.ended, course(run())) == []
