"""Runs the plain exporter with a defect: `python -m tests.sabotage.exporters first_page_only`.

What the defect's module calls by a name of the plain exporter takes that one's place. Without a name it is a nursery:
it has loaded the plain exporter, and forks a child for each run, of which a variable says the defect.
"""

import importlib
import os
import sys
import traceback

from clari_readiness.trial import nursery
from tests.sabotage.exporters import plain

DEFECT = "DEFECT"


def run(names):
    """Run the exporter with this defect, without any when the name is empty; `postgres+postgres.appends` are two."""
    for name in filter(None, names.split("+")):
        worse = vars(importlib.import_module(f"tests.sabotage.exporters.{name}"))
        vars(plain).update({each: value for each, value in worse.items() if each in vars(plain) and each[0] != "_"})
    return plain.main()


def run_in_a_child():
    try:
        return run(os.environ[DEFECT])
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1])) if sys.argv[1:] else nursery.main(run_in_a_child)
