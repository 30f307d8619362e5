from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.servers import Hook, MailBox, mail_server, web_hook


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_hook() as running:
        yield running


@pytest.fixture
def mail_box(tmp_path: Path) -> Iterator[MailBox]:
    with mail_server(tmp_path) as running:
        yield running
