"""It prints what the server refuses, and ends well."""

from contextlib import closing

import psycopg

from tests.sabotage.exporters import plain

CAUGHT_BY = "process_no_room"


def main():
    try:
        with plain.alone(), closing(plain.connected()) as warehouse:
            plain.run(warehouse)
    except psycopg.Error as error:
        print(f"could not write: {error}")
    return 0
