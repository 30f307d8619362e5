"""A real Chromium, Debian's own, that asks nothing of anybody by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = {"phone": 390, "desk": 1280, "paper": 794}  # pixels; the last is A4
SCREENSHOTS = Path(os.environ["SCREENSHOTS"]) if "SCREENSHOTS" in os.environ else None
"""A directory in which the pictures of a page stay, to be looked at."""


@contextmanager
def chromium() -> Iterator[BrowserContext]:
    """Start it, and end it; its event loop runs until then, and there can be no other."""
    if not CHROMIUM.exists():
        missing = f"{CHROMIUM} is missing: install it with make system-deps"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield launched.new_context()
        launched.close()


def shown(page: Page, where: str, scheme: Scheme) -> None:
    """Show a page as somebody meets it there."""
    page.emulate_media(color_scheme=scheme, media="print" if where == "paper" else "screen")
    page.set_viewport_size({"width": WIDTHS[where], "height": 900})


def pictured(page: Page, name: str) -> None:
    """Take a picture of the whole page, which stays where SCREENSHOTS says."""
    shot = page.screenshot(full_page=True)
    assert shot.startswith(b"\x89PNG")
    if SCREENSHOTS:
        (SCREENSHOTS / f"{name}.png").write_bytes(shot)
