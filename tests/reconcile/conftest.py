from __future__ import annotations

from pathlib import Path

import pytest

from tests.elsewhere import ENGINES, into, into_sqlite
from tests.reconcile.place import Place


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A warehouse that is compared where it is, and in a copy of it in each of the other engines."""
    made = Place(tmp_path)
    if request.param == "sqlite":
        made.elsewhere = lambda path: into_sqlite(path, tmp_path / "copy.sqlite")
    elif request.param != "duckdb":
        server = request.getfixturevalue(request.param)
        made.elsewhere = lambda path: into(request.param, path, server)
    return made
