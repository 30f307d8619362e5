"""What is refused, kept and reported: quarantine, findings, CRM types, jobs that may be somebody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clari_readiness.errors import AmbiguousJob, DocumentRefused, Refused
from clari_readiness.exporter import Cause, Exporter, Step
from clari_readiness.model.exports import ExportRequest, Job, JobStatus
from clari_readiness.model.time import SteppedClock
from tests.exporter.clari import Clari, Killed, always, lost, once
from tests.warehouse.documents import ask, document, dump, entry

Run = Callable[..., Exporter]
Of = Callable[..., ExportRequest]


@pytest.mark.parametrize(
    ("answer", "cause", "says"),
    [
        (document(entry(period="2027_Q4")), Cause.WRONG_PERIOD, "asked for 2027_Q3, and the answer holds 2027_Q4"),
        ({"entries": []}, Cause.EMPTY, "the export holds no entries"),
        (document(entry(forecastValue="n/a")), Cause.CONTRACT, "$.entries[0].forecastValue: expected a number"),
        (document(entry(), users=[]), Cause.CONTRACT, '$.entries[0].userId: "1:A" is not in `users`'),
        (document({**entry(), "forecastValue": 10**14}), Cause.CONTRACT, "does not fit"),
    ],
)
def test_a_refused_document_lies_in_quarantine_with_the_list_of_what_is_wrong(
    run: Run, request_of: Of, clari: Clari, path: Path, tmp_path: Path, answer: dict[str, Any], cause: Cause, says: str
) -> None:
    clari.document = lambda _: answer
    events = list(run().export_all([request_of()]))
    (finding,) = [event.finding for event in events if event.finding]
    assert (events[-1].step, finding.cause, finding.grave) == (Step.REFUSED, cause, True)
    kept = tmp_path / "landing" / "quarantine" / "net_bookings" / "2027_Q3" / "job-1.json"
    assert (finding.kept, json.loads(kept.read_text())["entries"]) == (kept, json.loads(json.dumps(answer["entries"])))
    violations = json.loads(kept.with_suffix(".violations.json").read_text())
    assert violations == list(finding.violations)
    assert says in violations[0]
    assert [file for file in tmp_path.rglob("*.json") if "quarantine" not in file.parts] == []
    assert not any(dump(path).values())
    assert ask(path, "SELECT state, path FROM export_jobs") == [("refused", str(kept))]


def test_all_violations_are_listed_and_not_the_first_alone(run: Run, request_of: Of, clari: Clari) -> None:
    clari.document = lambda _: document(*(entry(f"{number}:A", forecastValue="x") for number in range(5)))
    (finding,) = [event.finding for event in run().export_all([request_of()]) if event.finding]
    assert len(finding.violations) == 5


def test_a_refused_document_is_not_asked_about_again_but_asked_for_anew(run: Run, request_of: Of, clari: Clari) -> None:
    good = clari.document
    clari.document = lambda _: {"entries": []}
    list(run().export_all([request_of()]))
    clari.document = good
    assert list(run().export_all([request_of()]))[-1].step is Step.LOADED
    assert len(clari.asked) == 2


def test_conflicting_duplicates_are_loaded_once_reported_and_both_kept(
    run: Run, request_of: Of, clari: Clari, path: Path
) -> None:
    older, newer = entry(forecastValue=1, updatedOn=1), entry(forecastValue=2, updatedOn=2)
    clari.document = lambda _: document(older, newer, entry("2:A"), entry("2:A"))
    events = list(run().export_all([request_of()]))
    (finding,) = [event.finding for event in events if event.finding]
    assert events[-1].step is Step.LOADED
    assert ask(path, "SELECT forecast_amount FROM forecast_entries WHERE user_id = '1:A'") == [(2,)]
    assert (finding.cause, finding.grave, len(finding.violations)) == (Cause.CONFLICT, False, 2)
    assert finding.violations[1].startswith("$.entries[1]: has the key of $.entries[0]: ")
    assert finding.kept is not None
    assert finding.kept.is_file()
    assert json.loads(finding.kept.with_suffix(".violations.json").read_text()) == list(finding.violations)
    exported = events[-1].exported
    assert exported is not None
    assert exported.landed.path.is_file()


def test_identical_duplicates_are_nothing_to_report(run: Run, request_of: Of, clari: Clari, tmp_path: Path) -> None:
    clari.document = lambda _: document(entry(), entry())
    assert [event.finding for event in run().export_all([request_of()]) if event.finding] == []
    assert not (tmp_path / "landing" / "quarantine").exists()


def refused_crm(clari: Clari) -> Callable[[], None]:
    """Refuse what asks for CRM types, as F24 says."""
    whole = clari.queue_export

    def queue(request: ExportRequest) -> str:
        if {"crm_total", "crm_closed"} & set(request.types):
            clari.calls["refused"] += 1
            raise Refused("POST /export", status=400, code="type_not_supported")
        return whole(request)

    clari.queue_export = queue  # type: ignore[method-assign]
    return lambda: setattr(clari, "queue_export", whole)


def now(request: ExportRequest) -> dict[str, Any]:
    week = {"frame": "TF:2026-08-26", "period": request.time_period}
    return document(entry(crmClosed=7, **week), entry("2:A", crmClosed=8.5, **week))


WITH_CRM = ("forecast", "crm_closed")


def test_where_exports_refuse_crm_types_the_latest_week_has_them_from_now(
    run: Run, request_of: Of, clari: Clari, path: Path
) -> None:
    refused_crm(clari)
    clari.now = now
    events = list(run().export_all([request_of("2027_Q3", *WITH_CRM), request_of("2027_Q2", *WITH_CRM)]))
    ends = [event.step for event in events if event.step.last]
    assert ends == [Step.LOADED] * 2
    assert [request.types for _, request in clari.asked] == [("forecast",)] * 2
    assert (clari.calls["refused"], clari.calls["forecast_now"]) == (1, 2)
    findings = [event.finding for event in events if event.finding]
    assert [(finding.cause, finding.grave) for finding in findings] == [(Cause.CRM_NOT_EXPORTED, False)] * 2
    amounts = ask(path, "SELECT time_frame_id, crm_closed FROM forecast_entries WHERE time_period_id = '2027_Q3'")
    assert sorted(amounts, key=str) == [
        ("TF:2026-08-05", None),
        ("TF:2026-08-05", None),
        *(("TF:2026-08-26", amount) for amount in (7, 8.5)),
    ]
    jobs = ask(
        path, "SELECT DISTINCT job_id, exported_at FROM forecast_entries WHERE crm_closed IS NOT NULL ORDER BY 1"
    )
    assert [job_id for job_id, _ in jobs] == [
        f"sync:net_bookings:{period}:{at:%Y%m%dT%H%M%SZ}"
        for period, (_, at) in zip(("2027_Q2", "2027_Q3"), jobs, strict=True)
    ]


def test_with_crm_types_refused_twice_a_day_still_spends_nothing_more(run: Run, request_of: Of, clari: Clari) -> None:
    refused_crm(clari)
    clari.now = now
    request = request_of("2027_Q3", *WITH_CRM)
    list(run().export_all([request]))
    asked = clari.calls.copy()
    assert [event.step for event in run().export_all([request])] == [Step.REUSED]
    assert clari.calls == asked


def test_crm_amounts_that_nobody_has_are_a_grave_finding_and_the_next_run_tries_them_alone(
    run: Run, request_of: Of, clari: Clari, path: Path
) -> None:
    refused_crm(clari)
    clari.trouble["forecast_now"] = always(Refused("GET /forecast/net_bookings", status=404))
    request = request_of("2027_Q3", *WITH_CRM)
    events = list(run().export_all([request]))
    assert [event.finding.cause for event in events if event.finding] == [Cause.CRM_MISSING]
    assert events[-1].step is Step.LOADED
    assert ask(path, "SELECT count(*), count(crm_closed) FROM forecast_entries") == [(2, 0)]
    clari.trouble.clear()
    clari.now = now
    assert list(run().export_all([request]))[-1].step is Step.REUSED
    assert len(clari.asked) == 1
    assert ask(path, "SELECT count(crm_closed) FROM forecast_entries") == [(2,)]


def test_killed_without_crm_types_the_next_run_goes_on_with_that_job(run: Run, request_of: Of, clari: Clari) -> None:
    refused_crm(clari)
    clari.now = now
    clari.trouble["download"] = once(Killed())
    request = request_of("2027_Q3", *WITH_CRM)
    with pytest.raises(Killed):
        list(run().export_all([request]))
    assert list(run().export_all([request]))[-1].step is Step.LOADED
    assert len(clari.asked) == 1


def test_a_refusal_for_another_reason_is_an_error(run: Run, request_of: Of, clari: Clari) -> None:
    clari.trouble["queue_export"] = always(Refused("POST", status=400, code="type_not_supported"))
    with pytest.raises(Refused, match="type_not_supported"):
        run().export(request_of("2027_Q3", "forecast"))
    with pytest.raises(Refused, match="type_not_supported"):
        run().export(request_of("2027_Q3", "crm_closed"))
    assert clari.calls["forecast_now"] == 0


OTHERS = {
    "period": document(entry(period="2027_Q1")),
    "types": document(entry(quotaValue=5)),
    "without": document({key: value for key, value in entry().items() if key != "forecastValue"}),
}


@pytest.mark.parametrize("other", OTHERS)
def test_an_adopted_job_whose_document_is_not_what_was_asked_for_is_somebody_elses(
    run: Run, request_of: Of, clari: Clari, path: Path, other: str
) -> None:
    def lost_and_not_accepted() -> None:
        clari.begin("other-1")
        raise lost()

    good, clari.document = clari.document, lambda _: OTHERS[other]
    clari.trouble["queue_export"] = lost_and_not_accepted
    with pytest.raises(AmbiguousJob, match="the only job begun since, other-1, is not the one"):
        run().export(request_of())
    assert not any(dump(path).values())
    assert ask(path, "SELECT state, job_id FROM export_jobs") == [("failed", "other-1")]
    clari.trouble.clear()
    clari.document = good
    assert run().export(request_of()).loaded.inserted == 2


def test_an_adopted_job_stays_in_doubt_after_a_kill(run: Run, request_of: Of, clari: Clari) -> None:
    def lost_and_not_accepted() -> None:
        clari.begin("other-1")
        raise lost()

    clari.document = lambda _: OTHERS["types"]
    clari.trouble["queue_export"] = lost_and_not_accepted
    clari.trouble["download"] = once(Killed())
    with pytest.raises(Killed):
        run().export(request_of())
    clari.trouble.clear()
    with pytest.raises(AmbiguousJob):
        run().export(request_of())


@pytest.mark.parametrize("said", [{"raw": {"module": "AUDIT"}}, {"file_type": "CSV"}])
def test_a_job_that_cannot_be_a_forecast_in_json_is_not_adopted(
    run: Run, request_of: Of, clari: Clari, clock: SteppedClock, said: dict[str, Any]
) -> None:
    def lost_while_another_exports() -> None:
        clari.others.append(Job("other-1", JobStatus.STARTED, start_time=clock.now(), **said))
        raise lost()

    clari.trouble["after:queue_export"] = lost_while_another_exports
    assert run().export(request_of()).snapshot.job_id == "job-1"


def test_an_adopted_job_that_is_what_was_asked_for_is_loaded(run: Run, request_of: Of, clari: Clari) -> None:
    clari.trouble["after:queue_export"] = once(lost())
    assert run().export(request_of()).loaded.inserted == 2


def test_a_refused_document_is_an_error_with_its_violations(run: Run, request_of: Of, clari: Clari) -> None:
    clari.document = lambda _: document(entry(forecastValue="n/a"))
    with pytest.raises(DocumentRefused) as refused:
        run().export(request_of())
    assert refused.value.violations
