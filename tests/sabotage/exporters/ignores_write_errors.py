"""It prints what the database says, and ends well."""

import sqlite3
from contextlib import closing

from tests.sabotage.exporters.plain import alone, connected, run

CAUGHT_BY = "process_no_room"


def main():
    try:
        with alone(), closing(connected()) as warehouse:
            run(warehouse)
    except sqlite3.Error as error:
        print(f"could not write: {error}")
    return 0
