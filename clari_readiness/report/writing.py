"""Every way of showing a run, written: all of them are drawn from the same report, and say the same."""

from __future__ import annotations

from pathlib import Path

from clari_readiness.model.findings import GateReport
from clari_readiness.report.document import write
from clari_readiness.report.files import put
from clari_readiness.report.junit import junit
from clari_readiness.report.markdown import markdown
from clari_readiness.report.page import write_page
from clari_readiness.secrets import Secret

NAMES = ("report.json", "report.html", "report.md", "junit.xml")
"""The files that `write_reports` writes."""


def write_reports(report: GateReport, directory: Path, *, key: Secret | None = None) -> None:
    """Write the four files, each at once, mode 0600; document and page are sealed, with `key` where there is one.

    Raises ReadinessError when the disk refuses.
    """
    write(report, directory / "report.json", key=key)
    write_page(report, directory / "report.html", key=key)
    write_markdown(report, directory / "report.md")
    write_junit(report, directory / "junit.xml")


def write_markdown(report: GateReport, path: Path) -> None:
    """Write `report.md` at once, mode 0600. Raises ReadinessError when the disk refuses."""
    put(path, markdown(report).encode("utf-8", "replace"))


def write_junit(report: GateReport, path: Path) -> None:
    """Write `junit.xml` at once, mode 0600. Raises ReadinessError when the disk refuses."""
    put(path, junit(report).encode("utf-8", "replace"))
