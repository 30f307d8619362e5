"""It commits each row, and does something slow between two of them: whoever kills it finds a part of an export."""

import time
from contextlib import contextmanager

from tests.sabotage.exporters.plain import UPSERT, rows

CAUGHT_BY = "process_killed_while_loading"


@contextmanager
def transaction(warehouse):
    """SQLite commits by itself."""
    yield


def load_forecasts(warehouse, job, document):
    for row in rows(job, document):
        warehouse.execute(UPSERT, row)
        time.sleep(0.005)
