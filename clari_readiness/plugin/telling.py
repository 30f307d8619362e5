"""A line for whoever watches the run, at once: pytest captures what checks print, and shows it at the end or never."""

from __future__ import annotations

import sys

import pytest


def say_at_once(config: pytest.Config, line: str) -> None:
    """Write the line to standard error past pytest's capture; a worker's is that of the run."""
    capture = config.pluginmanager.get_plugin("capturemanager")
    if capture is None:
        sys.stderr.write(f"\n{line}\n")
        sys.stderr.flush()
        return
    with capture.global_and_fixture_disabled():
        sys.stderr.write(f"\n{line}\n")
        sys.stderr.flush()
