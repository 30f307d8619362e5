"""Airflow's side of a test: `python airflow_ends.py DAG.py COMMAND CODE...`, in a virtual environment that has Airflow.

COMMAND ends with the code that it is given, and sleeps when it is given none. Prints, as JSON, which exception a task
would end with for each code, and for a task that is stopped while its command is at work.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from airflow_nights import loaded


class Stopped(Exception):
    """What a time-out of Airflow's is to the task."""


def stop(*_: object) -> None:
    raise Stopped


def main(dag_file: str, command: str, *codes: str) -> None:
    os.environ["CLARI_READINESS"] = command
    run = loaded(dag_file).clari_readiness
    ends = {code: ended(run, code) for code in codes}
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(1)
    sys.stdout.write(json.dumps({**ends, "stopped": ended(run, "")}))


def ended(run: object, word: str) -> str | None:
    try:
        run(word)  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001 - which one it is is the question
        return type(error).__name__
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
