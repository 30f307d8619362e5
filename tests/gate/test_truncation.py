"""Which jobs of Clari's list are whole."""

from clari_readiness.gate.truncation import Listed
from clari_readiness.model.exports import Job, JobStatus


def test_a_job_with_either_flag_is_truncated_and_what_is_not_done_is_neither() -> None:
    listed = Listed.of(
        [
            Job("whole", JobStatus.DONE),
            Job("rows", JobStatus.DONE, rows_truncated=True),
            Job("cells", JobStatus.DONE, cells_truncated=True),
            Job("both", JobStatus.DONE, rows_truncated=True, cells_truncated=True),
            *(Job(status.lower(), status) for status in JobStatus if status is not JobStatus.DONE),
        ]
    )
    assert listed.whole == {"whole"}
    assert listed.truncated == {"rows", "cells", "both"}
    assert len(listed) == 4


def test_of_an_empty_list_nothing_is_known() -> None:
    assert len(Listed.of([])) == 0
