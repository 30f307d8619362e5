"""It waits until a slot is free, and then queues everything: its own first job takes the slot of the second."""

from tests.sabotage.exporters.plain import export, get, job_of, sleep, told

CAUGHT_BY = "limits_one_slot"


def all_exports(warehouse):
    while get("/admin/limits")["jobs"]["availableConcurrentLimit"] < 1:
        sleep(2.0)
    periods = told("TIME_PERIODS").split(",")
    for period in periods:
        job_of(warehouse, period)
    return [export(warehouse, period) for period in periods]


def slots_are_taken(answer):
    return False
