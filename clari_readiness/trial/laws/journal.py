"""Laws on the journal: how often it asked, how fast, and for what."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import fmean

from clari_readiness.trial.course import Course, End, Request, Run
from clari_readiness.trial.laws.rows import loaded
from clari_readiness.trial.verdict import Broken

_QUEUED = re.compile(r"/export/forecast/[^/]+$")
_JOB = re.compile(r"/export/jobs/[^/]+$")
_LIMIT_REACHED = "limit reached"  # what the simulator notes of a refusal that may pass (F23)
_JITTER = 0.6  # of a real second: what a busy machine may add to a pause
_SANE = 600.0  # seconds: who asks for more than that does not mean it


def bounded(most: int) -> Callable[[Course], Iterator[Broken]]:
    """Return the law that no run asks more often than this."""

    def law(course: Course) -> Iterator[Broken]:
        for run in course.runs:
            if len(run.requests) > most:
                often, count = Counter(request.what for request in run.requests).most_common(1)[0]
                yield Broken(
                    "bounded", f"sent {len(run.requests)} requests, {count} of them {often}; {most} are plenty"
                )

    return law


def exports_once(most: int) -> Callable[[Course], Iterator[Broken]]:
    """Return the law that a run queues at most so many jobs for one export (F12)."""

    def law(course: Course) -> Iterator[Broken]:
        for run in course.runs:
            for period, requests in _accepted(run).items():
                allowed = most * len(run.ends)
                if len(requests) > allowed:
                    why = f": repeated {_short(requests[0])} after {_after(requests[0])}"
                    yield Broken(
                        "once", f"spent {len(requests)} exports for {allowed}{why} ({period})", _shown(requests)
                    )

    return law


def resumes_the_job(course: Course) -> Iterator[Broken]:
    """Judge that after a kill, or a broken session, the next run goes on with the job: the two spend one export (F12).

    What the killed one had loaded already is no job to go on with: the next run may export anew.
    """
    for killed, following in pairwise(course.runs):
        if killed.must not in {End.KILLED, End.CUT_OFF}:
            continue
        before, after = _accepted(killed), _accepted(following)
        for period in before.keys() & after.keys():
            if loaded(course, killed, period):
                continue
            at = _ended_at(killed)
            yield Broken(
                "resume",
                f"spent {len(before[period]) + len(after[period])} exports for 1: {at}, and the next run queued another"
                f" job for {period}",
                _shown([*before[period], *after[period]]),
            )


def types_asked_for(course: Course) -> Iterator[Broken]:
    """Judge that every export asks for all of the types that were told (API-03)."""
    for run in course.runs:
        for request in _posts(run):
            asked = str(_body(request).get("typesToExport"))
            missing = [kind for kind in run.assignment.types if f"'{kind}'" not in asked]
            if missing:
                yield Broken("types", f"did not ask for {', '.join(missing)} in {_short(request)}", _shown([request]))
                return


def no_hopeless_repeats(course: Course) -> Iterator[Broken]:
    """Judge that what was refused for good (4xx but 429, and F23's that may pass) is not sent again as it was."""
    for run in course.runs:
        refused: dict[tuple[str, str, str, str], Request] = {}
        for request in run.requests:
            if request.same in refused:
                status = refused[request.same].line.status
                yield Broken("hopeless", f"repeated {_short(request)} after HTTP {status}", _shown([request]))
                break
            if _is_hopeless(request):
                refused[request.same] = request


def unhurried_polling(course: Course) -> Iterator[Broken]:
    """Judge that between two looks at an unfinished job lies at least the interval that was told."""
    wanted = course.pace.poll_interval
    for run in course.runs:
        if len(run.ends) > 1:
            continue
        gaps = list(_poll_gaps(run))
        hasty = [gap for gap in gaps if gap < 0.8 * wanted]
        if len(hasty) > len(gaps) * 0.2:
            real = [course.pace.real(gap) for gap in hasty]
            yield Broken(
                "polling",
                f"polled a job every {fmean(real):.2f} s, and every {course.pace.real(wanted):g} s was told",
            )


def respects_retry_after(course: Course) -> Iterator[Broken]:
    """Judge that nothing is asked again before `Retry-After` has passed (F27), unless nobody can have meant that."""
    for run in course.runs:
        for failed, again in _again(run, lambda request: _told_to_wait(request) is not None):
            waited, told = again.at - failed.at, _told_to_wait(failed) or 0.0  # as between two looks
            if waited < told * 0.95 - 0.05:
                yield Broken(
                    "retry-after",
                    f"sent {_short(again)} again after {waited:.1f} s, and Retry-After asked for {told:.1f}",
                    _shown([failed, again]),
                )
                return


def stops_when_out_of_quota(course: Course) -> Iterator[Broken]:
    """Judge that what was refused since the month's quota is used up is not asked for again (F23)."""
    for run in course.runs:
        refused = Counter(each.same for each in _posts(run) if each.line.status == 400)
        again = [each for each in _posts(run) if refused[each.same] > 1]
        if again:
            yield Broken(
                "quota",
                f"sent {_short(again[0])} {len(again)} times, although the monthly quota was used up: only"
                " /admin/limits tells that from too many at once",
                _shown(again),
            )


def cancels_what_it_gave_up(course: Course) -> Iterator[Broken]:
    """Judge that a job that takes too long is cancelled before another is queued in its place (F8, F22)."""
    for run in course.runs:
        for requests in _accepted(run).values():
            for given_up, _ in pairwise(requests):
                path = f"/export/jobs/{given_up.line.queued}"
                if not any(each.line.method == "PATCH" and each.line.path.endswith(path) for each in run.requests):
                    yield Broken(
                        "cancel",
                        f"queued another job and left {given_up.line.queued} running, which holds its slot and its"
                        " quota until it is cancelled",
                        _shown(requests),
                    )


def keeps_the_timeout(course: Course) -> Iterator[Broken]:
    """Judge that a job that does not end is given up after the time-out that was told, within 10 %."""
    told = course.pace.job_timeout
    slack = course.pace.poll_interval + _JITTER * course.pace.scale
    for run in course.runs:
        for job, asked in _last_looks(run).items():
            if asked > 1.1 * told + slack:
                yield _timeout(course, job, asked, "still waited for")
            elif asked < 0.9 * told - slack:
                yield _timeout(course, job, asked, "given up")


def own_key_only(course: Course) -> Iterator[Broken]:
    """Judge that every request carries the key that was made up for the run, and no other."""
    for run in course.runs:
        for request in run.requests:
            if isinstance(request.line.key, str):
                yield Broken("key", f"sent a key that is not the trial's, {request.line.key[:18]}, with {request.what}")
                return
            if request.line.key is None:
                yield Broken("key", f"sent {request.what} without the key")
                return


def key_stays(course: Course) -> Iterator[Broken]:
    """Judge that nothing but the simulator sees the key, and nothing else is asked for anything."""
    told = {each.where: each for each in course.elsewhere if each.with_key}
    for where, each in told.items():
        yield Broken("key", f"sent the key to {where}", ({"request": each.what},))
    strange = [each for each in course.elsewhere if not (each.with_key or each.led)]
    if strange:
        yield Broken("elsewhere", f"asked {strange[0].where}, which nobody had named", ({"request": strange[0].what},))


def undeclared_surfaces(course: Course) -> Iterator[Broken]:
    """Judge that a surface that the exporter is said not to have is not asked for."""
    paths = {"audit": "/audit/events", "opportunities": "/opportunity"}
    for surface, path in paths.items():
        if surface in course.surfaces:
            continue
        asked = [request for run in course.runs for request in run.requests if request.line.path.endswith(path)]
        if asked:
            yield Broken("surface", f"asked for {surface}, although it was not told to: {_short(asked[0])}")


def waited_for_a_slot(course: Course) -> Iterator[Broken]:
    """Judge that too many jobs at once is a reason to wait (F23): between two POSTs there is a pause.

    Looks at the limits in between are none, however long they take. Of many POSTs a third is enough, since a busy
    machine pauses now and then where the exporter does not.
    """
    for run in course.runs:
        refused = list(_again(run, lambda each: each.line.status == 400))
        hasty = [b for a, b in refused if _longest_pause(run, a, b) < 0.5 * course.pace.poll_interval]
        if hasty and len(hasty) * 3 >= len(refused):
            yield Broken("slots", f"sent {_short(hasty[0])} again at once, while all slots were taken", _shown(hasty))


def _longest_pause(run: Run, first: Request, last: Request) -> float:
    between = [each for each in run.requests if first.at <= each.at <= last.at]
    return max((after.at - before.ended for before, after in pairwise(between)), default=0.0)


def _posts(run: Run) -> list[Request]:
    return [each for each in run.requests if each.line.method == "POST" and _QUEUED.search(each.line.path)]


def _accepted(run: Run) -> dict[str, list[Request]]:
    """Return period -> the POSTs that queued a job, those included whose answer was lost."""
    found: defaultdict[str, list[Request]] = defaultdict(list)
    for request in _posts(run):
        if request.line.queued is not None:
            found[str(_body(request).get("timePeriod"))].append(request)
    return found


def _ended_at(run: Run) -> str:
    if run.must is End.CUT_OFF:
        return "its session with the server was broken"
    if not run.requests:
        return "it was killed before its first request"
    return f"it was killed at request {len(run.requests)}, {_short(run.requests[-1])}"


def _body(request: Request) -> dict[str, object]:
    try:
        body = json.loads(request.line.body or "{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _is_hopeless(request: Request) -> bool:
    status = request.line.status or 0
    may_pass = status == 429 or _LIMIT_REACHED in (request.line.fault or "")
    queued = request.line.method == "POST" and _QUEUED.search(request.line.path)
    return 400 <= status < 500 and not may_pass and not (status == 400 and queued and not request.line.fault)


def _poll_gaps(run: Run) -> Iterator[float]:
    looks: defaultdict[str, list[Request]] = defaultdict(list)
    for request in run.requests:
        if request.line.method == "GET" and _JOB.search(request.line.path):
            looks[request.line.path].append(request)
    for each in looks.values():
        # From arrival to arrival: when an answer has left is told late where the machine is busy, and a pause that was
        # kept would look shorter.
        yield from (after.at - before.at for before, after in pairwise(each) if before.line.status == 200)


def _again(run: Run, failed: Callable[[Request], bool]) -> Iterator[tuple[Request, Request]]:
    """Yield each request that failed with the next one that is the same."""
    waiting: dict[tuple[str, str, str, str], Request] = {}
    for request in run.requests:
        if request.same in waiting:
            yield waiting.pop(request.same), request
        if failed(request):
            waiting[request.same] = request


def _told_to_wait(request: Request) -> float | None:
    """Return the seconds that an answer asks for, in either form; None when it asks for none, or for nothing sane."""
    text = request.line.answered.get("retry-after", "")
    try:
        date = None if text.isdigit() else parsedate_to_datetime(text)
    except ValueError:
        return None
    at = datetime.fromisoformat(request.line.at)
    seconds = float(text) if date is None else (date - at).total_seconds()
    return seconds if 0 < seconds <= _SANE else None


def _last_looks(run: Run) -> dict[str, float]:
    """Return job -> seconds from its first look to the last one, of the jobs whose results were never asked for."""
    looks: defaultdict[str, list[float]] = defaultdict(list)
    for request in run.requests:
        if request.line.method == "GET" and _JOB.search(request.line.path):
            looks[request.line.path].append(request.at)
    results = (request.line.path for request in run.requests if request.line.path.endswith("/results"))
    read = {path.removesuffix("/results") for path in results}
    return {job: max(each) - min(each) for job, each in looks.items() if job not in read}


def _timeout(course: Course, job: str, asked: float, what: str) -> Broken:
    real, told = course.pace.real(asked), course.pace.real(course.pace.job_timeout)
    sentence = f"a job that did not end was {what} after {real:.1f} s, and {told:.1f} s were told"
    return Broken("timeout", sentence, ({"job": job},))


def _after(request: Request) -> str:
    return "its answer was lost" if request.line.status is None else "it was accepted"


def _short(request: Request) -> str:
    return f"{request.line.method} {re.sub(r'^/v[0-9]+', '', request.line.path)}"


def _shown(requests: Iterable[Request] | Sequence[Request]) -> tuple[dict[str, object], ...]:
    return tuple({"request": each.line.number, "what": each.what, "status": each.line.status} for each in requests)
