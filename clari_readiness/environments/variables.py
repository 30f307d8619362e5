"""What an exporter is told through environment variables: their names, and how the reference exporter reads them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType

from clari_readiness.errors import SettingsError
from clari_readiness.model.exports import EXPORT_TYPES

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "base_url": "CLARI_BASE_URL",
        "api_key": "CLARI_API_KEY",
        "forecast_id": "CLARI_FORECAST_ID",
        "time_periods": "CLARI_TIME_PERIODS",
        "types_to_export": "CLARI_TYPES_TO_EXPORT",
        "audit_from": "CLARI_AUDIT_FROM",
        "opportunity_ids": "CLARI_OPPORTUNITY_IDS",
        "job_timeout": "CLARI_JOB_TIMEOUT",
        "download_timeout": "CLARI_DOWNLOAD_TIMEOUT",
        "poll_interval": "CLARI_POLL_INTERVAL",
        "now": "CLARI_NOW",
        "time_scale": "CLARI_TIME_SCALE",
        "warehouse_url": "WAREHOUSE_URL",
        "warehouse_path": "WAREHOUSE_PATH",
    }
)
"""What an exporter on trial is told -> the variable that says it, unless the settings give it another name."""


@dataclass(frozen=True)
class Told:
    """What a run has to export, where from and where to. Time-outs and `poll_interval` are real seconds.

    The clock of Clari shows `now` as the run begins, and is `time_scale` times as fast as the machine's.
    """

    base_url: str
    api_key: str = field(repr=False)
    forecast_id: str
    time_periods: tuple[str, ...]
    types_to_export: tuple[str, ...]
    warehouse_url: str = field(repr=False)
    audit_from: datetime | None = None
    opportunity_ids: tuple[str, ...] = ()
    job_timeout: float = 600.0
    download_timeout: float = 600.0
    poll_interval: float = 2.0
    now: datetime | None = None
    time_scale: float = 1.0

    @classmethod
    def by(cls, environ: Mapping[str, str]) -> Told:
        """Read the variables. Raises SettingsError for one that is missing or is not what it should be."""
        return cls(
            base_url=_needed(environ, "base_url"),
            api_key=_needed(environ, "api_key"),
            forecast_id=_needed(environ, "forecast_id"),
            time_periods=_words(_needed(environ, "time_periods")),
            types_to_export=_types(_needed(environ, "types_to_export")),
            warehouse_url=_needed(environ, "warehouse_url"),
            audit_from=_moment(environ, "audit_from"),
            opportunity_ids=_words(environ.get(VARIABLES["opportunity_ids"], "")),
            job_timeout=_number(environ, "job_timeout", 600.0),
            download_timeout=_number(environ, "download_timeout", 600.0),
            poll_interval=_number(environ, "poll_interval", 2.0),
            now=_moment(environ, "now"),
            time_scale=_number(environ, "time_scale", 1.0),
        )


def process_environment() -> dict[str, str]:
    """Return the environment variables of this process."""
    return dict(os.environ)


def _needed(environ: Mapping[str, str], name: str) -> str:
    variable = VARIABLES[name]
    value = environ.get(variable, "").strip()
    if not value:
        raise SettingsError(f"{variable} is not set", way_out="docs/trial.md says what an exporter is told")
    return value


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _types(text: str) -> tuple[str, ...]:
    types = _words(text)
    for each in types:
        if each not in EXPORT_TYPES:
            raise SettingsError(
                f"{VARIABLES['types_to_export']} holds {each!r:.60}", way_out=f"there are {', '.join(EXPORT_TYPES)}"
            )
    return types


def _number(environ: Mapping[str, str], name: str, otherwise: float) -> float:
    text = environ.get(VARIABLES[name], "")
    try:
        number = float(text) if text else otherwise
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise SettingsError(f"{VARIABLES[name]} is {text!r:.60}", way_out="write a number above zero")
    return number


def _moment(environ: Mapping[str, str], name: str) -> datetime | None:
    text = environ.get(VARIABLES[name], "")
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{VARIABLES[name]} is {text!r:.60}", way_out="write a moment like 2026-11-19T00:00:00Z"
        ) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
