"""It takes a session that was lost for one that has ended, and ends well."""

from contextlib import closing

import psycopg

from tests.sabotage.exporters import plain

CAUGHT_BY = "process_session_broken"


def main():
    try:
        with plain.alone(), closing(plain.connected()) as warehouse:
            plain.run(warehouse)
    except psycopg.OperationalError as error:
        print(f"the session has ended: {error}")
    return 0
