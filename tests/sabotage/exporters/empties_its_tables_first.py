"""It empties its table, and then asks for what is to be in it."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "process_killed_between_requests"
_run = plain.run


def run(warehouse):
    warehouse.execute("DELETE FROM clari_forecasts")
    _run(warehouse)
