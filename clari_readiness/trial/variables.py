"""The environment of an exporter on trial: an allow-list, and what the trial tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from clari_readiness.environments.variables import VARIABLES
from clari_readiness.errors import SettingsError
from clari_readiness.spelling import meant
from clari_readiness.trial.assignment import Assignment, Pace

ALLOWED = ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
"""All that a child gets of the caller's environment: no credential, nothing of a cloud or a warehouse."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True)
class Names:
    """How the exporter's variables are called (`renamed`: ours -> its), and what else it wants (`extra`)."""

    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for ours in self.renamed:
            if ours not in VARIABLES:
                raise SettingsError(
                    f"trial.variables names {ours!r:.60}, which no exporter is told",
                    way_out=meant(ours, VARIABLES),
                )

    def of(self, ours: str) -> str:
        """Return the variable that says this."""
        return self.renamed.get(ours, VARIABLES[ours])


@dataclass(frozen=True)
class Whereabouts:
    """Where a run finds everything: the simulator and the proxy (addresses), its key, its directories, its warehouse.

    `warehouse_path` is the warehouse's file, where it is one; `hosts` are those that its driver reaches with HTTP.
    """

    base_url: str
    key: str = field(repr=False)
    proxy: str
    home: Path
    temporary: Path
    warehouse_url: str = field(repr=False)
    warehouse_path: Path | str | None = None
    hosts: tuple[str, ...] = ()


def child_environment(
    caller: Mapping[str, str],
    where: Whereabouts,
    assignment: Assignment,
    *,
    names: Names,
    pace: Pace,
    now: datetime,
) -> dict[str, str]:
    """Return all that the child's environment holds."""
    told = _told(where, assignment, pace, now)
    return {
        **{name: caller[name] for name in ALLOWED if name in caller},
        **names.extra,
        "HOME": str(where.home),
        "TMPDIR": str(where.temporary),
        "TZ": "UTC",
        **_proxies(where.proxy, where.hosts),
        **{names.of(ours): value for ours, value in told.items()},
    }


def _told(where: Whereabouts, assignment: Assignment, pace: Pace, now: datetime) -> dict[str, str]:
    told = {
        "base_url": where.base_url,
        "api_key": where.key,
        "forecast_id": assignment.forecast_id,
        "time_periods": ",".join(assignment.time_periods),
        "types_to_export": ",".join(assignment.types),
        "job_timeout": f"{pace.real(pace.job_timeout):g}",
        "download_timeout": f"{pace.download_timeout:g}",
        "poll_interval": f"{pace.real(pace.poll_interval):g}",
        "now": _written(now),
        "time_scale": f"{pace.scale:g}",
        "warehouse_url": where.warehouse_url,
    }
    if where.warehouse_path is not None:
        told["warehouse_path"] = str(where.warehouse_path)
    if assignment.audit_from is not None:
        told["audit_from"] = _written(assignment.audit_from)
    if assignment.opportunity_ids:
        told["opportunity_ids"] = ",".join(assignment.opportunity_ids)
    return told


def _proxies(address: str, hosts: Sequence[str]) -> dict[str, str]:
    upper = {**(dict.fromkeys(_PROXIES, address) if address else {}), "NO_PROXY": ",".join((*_LOOPBACK, *hosts))}
    return upper | {name.lower(): value for name, value in upper.items()}


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
