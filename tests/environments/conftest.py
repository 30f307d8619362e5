from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clari_readiness.environments import Environments, load
from clari_readiness.errors import SettingsError
from clari_readiness.model.time import SteppedClock

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

GOOD = """
[default]
forecasts = ["net_bookings"]
fiscal_year = { starts = "02", named_after = "end" }
fingerprint_salt = "0123456789abcdef"
api = { base_url = "https://api.clari.com/v4", key = "env://CLARI_API_KEY" }
"""

Loaded = Callable[..., Environments]
Mistakes = Callable[[str], list[str]]


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "clari-readiness.toml"


@pytest.fixture
def loaded(settings_file: Path) -> Loaded:
    """Load a text after the good `[default]`."""

    def loaded(text: str, environ: Mapping[str, str] | None = None) -> Environments:
        settings_file.write_text(GOOD + text)
        return load(settings_file, environ=environ or {}, clock=SteppedClock(NOW))

    return loaded


@pytest.fixture
def mistakes(settings_file: Path) -> Mistakes:
    """Return the lines of the error that a whole file ends in, without the name of the file."""

    def mistakes(text: str) -> list[str]:
        settings_file.write_text(text)
        with pytest.raises(SettingsError) as refused:
            load(settings_file, environ={}, clock=SteppedClock(NOW))
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__ or refused.value.__context__ is None
        lines = str(refused.value).splitlines()
        assert all(line.startswith(f"{settings_file}: ") for line in lines)
        return [line.removeprefix(f"{settings_file}: ") for line in lines]

    return mistakes
