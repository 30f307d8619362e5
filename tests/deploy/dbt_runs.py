"""dbt's side of the tests: `python dbt_runs.py`, in a virtual environment that has dbt.

Each line on stdin is a run: the command's words, its options, variables of the environment, the file for what it says,
the file for how it ended, and `as_before` where the project differs from the last one in nothing but where its data
are, so that it need not be read again. How it ended is JSON: whether well, and the status of each node by its name.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner


def main() -> None:
    project = None
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.update(asked["environ"])
        with Path(asked["says"]).open("w") as said, redirect_stdout(said), redirect_stderr(said):
            if not asked["as_before"]:
                ended = dbtRunner().invoke(["parse", *asked["options"]])
                project = ended.result
            if project is not None:
                ended = dbtRunner(manifest=project).invoke([*asked["words"], *asked["options"]])
            if ended.exception is not None:
                said.write(f"{ended.exception}\n")
        DuckDBConnectionManager.close_all_connections()  # as when a process ends: until then nobody can read the file
        result = Path(asked["ends"])
        written = result.with_suffix(".part")
        written.write_text(json.dumps({"good": ended.success, "statuses": statuses(ended.result)}))
        written.replace(result)


def statuses(result: Any) -> dict[str, str]:
    return {each.node.unique_id.split(".")[2]: str(each.status) for each in getattr(result, "results", [])}


if __name__ == "__main__":
    main()
