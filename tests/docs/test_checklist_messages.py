"""What failing looks like, as docs/checklist.md shows it, is what the checks and the laws of the trial really say.

Each message that is shown must be one that a text in the code can become; that the checks say theirs when an
integration is broken is what tests/sabotage/ sees.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from clari_readiness.errors import NoOptIn, Unauthorized
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.model.findings import Item

REPOSITORY = Path(__file__).parents[2]
CHECKLIST = (REPOSITORY / "docs" / "checklist.md").read_text()
LEAST = 14
"""So many letters of its own a text must have, to say anything."""

FROM_CLARI = (
    str(Unauthorized("GET /admin/limits", status=401, detail="Invalid authentication credentials")),
    str(NoOptIn("GET /forecast/net_bookings", status=401, code="no_optin", detail="No optins for scope 1::MGR ...")),
)
"""What Clari's answers become."""


def sections() -> dict[str, str]:
    """Return what the document says of each item."""
    parts = re.split(r'<a id="([a-z]+-\d+)"></a>', CHECKLIST)
    return dict(zip((anchor.upper() for anchor in parts[1::2]), parts[2::2], strict=True))


def shown(section: str) -> list[str]:
    """Return the messages that a section shows as what failing looks like."""
    told = re.findall(r"Failing looks like(.*?)(?=\n- \*\*|\n\n|\. [A-Z]|\Z)", section, re.DOTALL)
    return [re.sub(r"\s+", " ", message) for text in told for message in re.findall(r"`([^`]+)`", text)]


MESSAGES = [(item, message) for item, section in sections().items() for message in shown(section)]


@cache
def texts() -> list[re.Pattern[str]]:
    """Return what each text in the code can become; what it fills in can be anything."""
    found = []
    for root in ("clari_readiness", "checks"):
        for module in (REPOSITORY / root).rglob("*.py"):
            found += list(_texts(ast.parse(module.read_text())))
    return found


def _texts(tree: ast.AST) -> Iterator[re.Pattern[str]]:
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        own = [part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else None for part in parts]
        if id(node) not in documented and sum(len(text) for text in own if text) >= LEAST:
            yield re.compile("".join(".+?" if text is None else re.escape(text) for text in own), re.DOTALL)


def is_said(message: str) -> bool:
    """Tell whether a text becomes the message, or a part of it: behind a name, and up to a colon, comma or bracket."""
    begins = [0, *(space.end() for space in re.finditer(" ", message))]
    ends = [len(message), *(mark.start() for mark in re.finditer(r"[:;,] | \(", message))]
    parts = {message[begin:end] for begin in begins for end in ends if end - begin >= LEAST}
    return message in FROM_CLARI or any(text.fullmatch(part) for text in texts() for part in parts)


@pytest.mark.parametrize("item", CATALOGUE, ids=lambda item: item.id)
def test_every_item_shows_what_failing_looks_like(item: Item) -> None:
    assert shown(sections()[item.id])


@pytest.mark.parametrize(("item", "message"), MESSAGES, ids=lambda text: text[:60])
def test_a_message_that_is_shown_is_one_that_is_said(item: str, message: str) -> None:
    assert is_said(message), f"nothing in the code can say {message!r} of {item}"


@pytest.mark.parametrize(
    "message",
    ["quota isn't configured", "the key was found in config/pipeline.yaml", "prod and staging share one token"],
)
def test_what_nobody_says_is_found_out(message: str) -> None:
    assert not is_said(message)
