"""Run one task and print what it returns as JSON: `python -m benchmarks.tasks module:function '{"argument": ...}'`."""

from __future__ import annotations

import importlib
import json
import sys


def main(name: str, arguments: str) -> None:
    """Run the task named."""
    module, _, function = name.partition(":")
    task = getattr(importlib.import_module(f"benchmarks.tasks.{module}"), function)
    sys.stdout.write("\n" + json.dumps(task(**json.loads(arguments))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
