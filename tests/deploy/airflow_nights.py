"""Airflow's side of the test: `python airflow_nights.py DAG.py POOLS.json`, in a virtual environment that has Airflow.

For each line on stdin, which names a file, a night is run; the file then holds the state of the run and of its tasks.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from airflow.models.pool import Pool
from airflow.utils.db import initdb
from airflow.utils.session import create_session


def main(dag_file: str, pools_file: str) -> None:
    initdb()
    for name, pool in json.loads(Path(pools_file).read_text()).items():
        Pool.create_or_update_pool(name, **pool)
    night = loaded(dag_file).night
    for line in sys.stdin:
        run = night.test()
        with create_session() as session:
            tasks = {named(each): each.state for each in run.get_task_instances(session=session)}
        result = Path(line.strip())
        written = result.with_suffix(".part")
        written.write_text(json.dumps({"run": run.state, "tasks": tasks}))
        written.replace(result)


def loaded(dag_file: str) -> Any:
    specification = importlib.util.spec_from_file_location("clari_export_dag", dag_file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def named(task: Any) -> str:
    return task.task_id if task.map_index < 0 else f"{task.task_id} {task.rendered_map_index}"


if __name__ == "__main__":
    main(*sys.argv[1:])
