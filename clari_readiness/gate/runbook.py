"""A runbook as a document: whether somebody could follow it at night, or it is only a file of that name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from clari_readiness.errors import NotVerified

LEAST_STEPS = 3
A_DAY = timedelta(days=1)
"""What may be ahead of our clock, which shows UTC: tomorrow has begun in half of the world."""

_STEP = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*+] \[[ xX]\]|#+ Step \d+\W?)[ \t]+(\S.*)$", re.MULTILINE | re.IGNORECASE)
_OWNER = re.compile(
    r"^(?:#+[ \t]*owner\b\W*\n\s*|[^\w\n]*(?:owner|owned by)\b[^\w<\[\n]*)(.*)$", re.MULTILINE | re.IGNORECASE
)
_BOLD = re.compile(r"\*\*|__")
_DATE = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])")
_TO_BE_WRITTEN = re.compile(
    r"\W*(?:(?:todo|tbd|tba|fixme|xxx|n/a|nobody|none|lorem ipsum)\b.*|<.*|\[.*|)", re.IGNORECASE
)


@dataclass(frozen=True)
class Runbook:
    """What a runbook says: how many steps, whose it is (empty: nobody's), and the dates that stand in it."""

    steps: int
    owner: str
    dates: tuple[date, ...]

    @classmethod
    def read(cls, text: str) -> Runbook:
        """Read Markdown, or any text with numbered steps, a line `Owner: ...` and a date like 2026-11-02.

        What is still to be written (TODO, `<name>`) counts as nothing.
        """
        steps = [step for step in _STEP.findall(text) if not _TO_BE_WRITTEN.fullmatch(step)]
        owners = [
            owner.strip(" |\r") for owner in _OWNER.findall(_BOLD.sub("", text)) if not _TO_BE_WRITTEN.fullmatch(owner)
        ]
        return cls(len(steps), next(iter(owners), ""), tuple(_dates(text)))

    def lacks(self, today: date) -> Iterator[str]:
        """Yield what keeps it from being more than a stub."""
        if self.steps < LEAST_STEPS:
            yield f"has {self.steps} numbered step{'' if self.steps == 1 else 's'}, and {LEAST_STEPS} are the least"
        if not self.owner:
            yield "names no owner (a line such as `Owner: head of revops`)"
        if not any(day <= today + A_DAY for day in self.dates):
            yield "says nowhere when it was last looked at (a date such as 2026-11-02, and none to come)"


def problem_of(path: Path) -> str:
    """Return why a file cannot be a runbook, or an empty text."""
    if path.is_dir():
        return "is a directory"
    if not path.is_file():
        return "is not there"
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "is not text in UTF-8"
    except OSError as error:
        raise NotVerified(f"{path} cannot be read: {error.strerror}", way_out="let this user read it") from error
    return ""


def _dates(text: str) -> Iterator[date]:
    for written in _DATE.findall(text):
        try:
            yield date.fromisoformat(written)
        except ValueError:
            continue
