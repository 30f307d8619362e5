"""What `docs/checklist.md` says about one item, as a terminal shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.model.findings import Item
from clari_readiness.spelling import nearest_ones

_ANCHOR = '<a id="{anchor}"></a>'
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def item_called(name: str) -> Item:
    """Return an item of the catalogue, however its id is capitalised. Raises SettingsError with the nearest ids."""
    items = {item.id: item for item in CATALOGUE}
    if name.upper() in items:
        return items[name.upper()]
    near = nearest_ones(name, items, at_most=3)
    known = f"the nearest are {', '.join(sorted(near))}" if near else f"there are {', '.join(items)}"
    raise SettingsError(f"there is no item {name[:40]!r}", way_out=known)


def explanation(item: Item, checklist: Path) -> str:
    """Return why an item matters, how it is verified, what failing looks like and how to mend it.

    `checklist` is the Markdown file with an anchor for each item. Raises ReadinessError when it is not there.
    """
    head = f"{item.id} {item.title}\n{item.priority}, verified by {', '.join(item.sources)}"
    return f"{head}\n\n{_plain(_section(_read(checklist), item))}"


def guides(items: Iterable[Item], checklist: Path) -> dict[str, str]:
    """Return what the documentation says about each item, by id; nothing about items of a team's own.

    Raises ReadinessError when the file is not there.
    """
    text = _read(checklist)
    return {item.id: _plain(_section(text, item)) for item in items}


def _read(checklist: Path) -> str:
    try:
        return checklist.read_text(encoding="utf-8")
    except OSError as error:
        raise ReadinessError(
            f"{checklist}: {error.strerror}", way_out="install clari-readiness again: the file travels with it"
        ) from error


def _section(text: str, item: Item) -> str:
    """Return what stands below an item's heading, until the next item or section."""
    _, _, after = text.partition(_ANCHOR.format(anchor=item.id.lower()))
    below = after.strip().partition("\n")[2]
    return re.split(r'^(?:## |<a id=")', below, maxsplit=1, flags=re.MULTILINE)[0].strip()


def _plain(markdown: str) -> str:
    """Return Markdown as text: a link is its words, and its target when that is more than the words."""
    shown = _LINK.sub(lambda link: link[1] if link[1] in link[2] else f"{link[1]} ({link[2]})", markdown)
    return shown.replace("**", "").replace("`", "")
