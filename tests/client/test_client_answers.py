"""Answers become values of the model, or an error that names the path."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.client import answers
from clari_readiness.errors import Unreadable
from clari_readiness.model.exports import JobStatus

JOB = {
    "jobId": "6073683781a6da229df71e00",
    "status": "DONE",
    "userId": 4711,
    "title": "Net Bookings",
    "fileName": "net_bookings.json",
    "fileType": "JSON",
    "startTime": 1_763_715_600_000,
    "endTime": 1_763_715_603_060,
    "rowsTruncated": True,
    "somethingNew": {"a": 1},
}
LIMITS = {
    "concurrentLimit": 3,
    "monthlyQuota": 1000,
    "submittedJobIds": ["a", "b"],
    "availableConcurrentLimit": 2,
    "availableMonthlyQuota": 998,
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["job", "jobs", "jobId", "status", "items", "nextLink", "entries", "opportunities", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def test_a_job_reads_the_same_bare_and_wrapped() -> None:
    assert answers.job(JOB) == answers.job({"job": JOB})


def test_a_job_keeps_what_it_says() -> None:
    job = answers.job(JOB)
    assert (job.status, job.user_id, job.rows_truncated, job.cells_truncated) == (JobStatus.DONE, 4711, True, False)
    assert job.end_time == datetime(2025, 11, 21, 9, 0, 3, 60_000, tzinfo=UTC)
    assert job.expired_time is None
    assert job.raw["somethingNew"] == {"a": 1}


def test_a_list_of_jobs_reads_the_same_bare_and_wrapped() -> None:
    assert answers.jobs([JOB, JOB]) == answers.jobs({"jobs": [JOB, JOB]})
    assert answers.jobs([]) == []


def test_limits_without_running_jobs_have_none() -> None:
    limits = answers.limits({"jobs": LIMITS})
    assert (limits.concurrent_limit, limits.available_concurrent) == (3, 2)
    assert (limits.monthly_quota, limits.available_monthly) == (1000, 998)
    assert limits.running_job_ids == ()
    assert limits.submitted_job_ids == ("a", "b")


def test_opportunities_read_the_same_bare_and_wrapped() -> None:
    assert answers.opportunities([{"id": 1}]) == answers.opportunities({"opportunities": [{"id": 1}]}) == ({"id": 1},)


def test_the_last_audit_page_has_no_link() -> None:
    assert answers.audit_page({"items": [], "actors": []}).next_link is None
    assert answers.audit_page({"items": [], "nextLink": None}).next_link is None


@pytest.mark.parametrize(
    ("read", "document", "words"),
    [
        (answers.job, {"job": {"status": "DONE"}}, "$.job.jobId: expected a text, got nothing"),
        (answers.job, {"jobId": "a", "status": "ASLEEP"}, "$.status: expected one of SCHEDULED"),
        (answers.job, {"jobId": "a", "status": "DONE", "endTime": "1,763"}, "$.endTime: expected epoch milliseconds"),
        (answers.job, {"jobId": "a", "status": "DONE", "endTime": 10**30}, "$.endTime: expected epoch milliseconds"),
        (answers.job, {"jobId": "a", "status": "DONE", "rowsTruncated": "true"}, "$.rowsTruncated: expected true or"),
        (answers.job, {"jobId": "a", "status": "DONE", "userId": "4,711"}, "$.userId: expected a number, got '4,711'"),
        (answers.job, {"jobId": "a", "status": "DONE", "title": 3}, "$.title: expected a text, got 3"),
        (answers.job, [], "$: expected an object, got a list"),
        (answers.job_id, {"jobId": ""}, "$.jobId: expected a text, got ''"),
        (answers.jobs, {"job": []}, "$.jobs: expected a list, got nothing"),
        (answers.jobs, [JOB, {"jobId": "a"}], "$[1].status"),
        (answers.limits, {"jobs": LIMITS | {"monthlyQuota": None}}, "$.jobs.monthlyQuota: expected a whole number"),
        (answers.limits, {"jobs": LIMITS | {"monthlyQuota": True}}, "$.jobs.monthlyQuota: expected a whole number"),
        (answers.limits, {"jobs": LIMITS | {"runningJobIds": [1]}}, "$.jobs.runningJobIds: expected a list of texts"),
        (answers.limits, {}, "$.jobs: expected an object, got nothing"),
        (answers.forecast, {"users": []}, "$.entries: expected a list, got nothing"),
        (answers.forecast_types, {"types": []}, "$: expected a list, got an object"),
        (answers.audit_page, {"items": [], "nextLink": 3}, "$.nextLink: expected a URL, got 3"),
        (answers.audit_page, {"actors": []}, "$.items: expected a list, got nothing"),
        (answers.audit_page, {"items": [1]}, "$.items[0]: expected an object, got 1"),
        (answers.opportunities, {"opportunities": {}}, "$.opportunities: expected a list, got an object"),
        (answers.cancelled, {"successful": "yes"}, "$.successful: expected true or false"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_path(read, document, words) -> None:
    with pytest.raises(Unreadable, match="GET /it") as caught:
        read(document, "GET /it")
    assert words in str(caught.value)


@given(ANYTHING)
def test_law_no_document_breaks_a_reader(document) -> None:
    """Whatever JSON a server sends, a reader returns a value or says that it is unreadable."""
    for read in (
        answers.job,
        answers.jobs,
        answers.job_id,
        answers.limits,
        answers.forecast,
        answers.audit_page,
        answers.opportunities,
        answers.cancelled,
        answers.forecast_types,
    ):
        with suppress(Unreadable):
            read(document)
