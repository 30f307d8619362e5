"""It prints what the database says, and ends well."""

import sqlite3

from tests.sabotage.exporters import plain

CAUGHT_BY = "process_no_room"
_load = plain.load


def load(*what):
    try:
        _load(*what)
    except sqlite3.Error as error:
        print(f"could not write: {error}")
