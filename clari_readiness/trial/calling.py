"""A callable on trial, in a process of its own: `python -m clari_readiness.trial.calling pkg.mod:function`.

It is called without arguments. It ends well when it returns None, True or 0; another integer is the exit code.
"""

from __future__ import annotations

import importlib
import sys


def main() -> int:
    """Import the callable, call it, and return its exit code."""
    module, _, name = sys.argv[1].partition(":")
    sys.path.insert(0, "")
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    result = found()  # type: ignore[operator]
    if result is None or result is True:
        return 0
    return int(result) if isinstance(result, int) and result is not False else 1


if __name__ == "__main__":
    sys.exit(main())
