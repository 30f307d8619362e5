"""It goes on with the job of the run before, run after run, also when nobody knows of it any more."""

from contextlib import contextmanager

CAUGHT_BY = "job_gone"


@contextmanager
def closed_when_hopeless(warehouse, number):
    yield
