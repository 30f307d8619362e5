"""It empties a quarter and fills it row by row, and each statement is committed on its own."""

import time
from contextlib import contextmanager

from tests.sabotage.exporters import postgres
from tests.sabotage.exporters.plain import rows

CAUGHT_BY = "process_killed_while_loading"


@contextmanager
def transaction(warehouse):
    """The session is in autocommit."""
    yield


def load_forecasts(warehouse, job, document):
    loaded = list(rows(job, document))
    warehouse.execute("DELETE FROM clari_forecasts WHERE time_period = ?", (loaded[0][1],))
    for row in loaded:
        warehouse.execute(postgres.INSERT, row)
        time.sleep(0.005)
