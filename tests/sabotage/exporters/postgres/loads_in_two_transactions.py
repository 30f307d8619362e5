"""It empties a quarter in one transaction, and fills it in another."""

from contextlib import contextmanager

from tests.sabotage.exporters import plain, postgres

CAUGHT_BY = "process_session_broken"


@contextmanager
def transaction(warehouse):
    """Leave it to each step."""
    yield


def load_forecasts(warehouse, job, document):
    rows = list(plain.rows(job, document))
    with warehouse.connection.transaction():
        warehouse.execute("DELETE FROM clari_forecasts WHERE time_period = ?", (rows[0][1],))
    with warehouse.connection.transaction():
        warehouse.executemany(postgres.UPSERT, rows)
