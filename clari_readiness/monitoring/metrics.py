"""The metrics: what each of them means, and how samples of them become a text that Prometheus reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

_SUFFIX = "_total"


@dataclass(frozen=True)
class Metric:
    """One metric; every one has the label `env` before its own `labels`."""

    name: str
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["counter", "gauge"]:
        """What Prometheus takes it for: a counter only ever grows."""
        return "counter" if self.name.endswith(_SUFFIX) else "gauge"


@dataclass(frozen=True)
class Sample:
    """One value of a metric, for one value of each of its own labels."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


_MADE = (
    Metric("clari_run_timestamp_seconds", "s", "When the last run of a command ended.", ("command",)),
    Metric("clari_run_success", "0 or 1", "Whether the exit code of the last run was 0.", ("command",)),
    Metric("clari_run_seconds", "s", "How long the last run took.", ("command",)),
    Metric("clari_runs_total", "runs", "Runs by how they ended: succeeded or failed.", ("command", "outcome")),
    Metric("clari_requests_retried_total", "requests", "Requests to Clari that were sent again.", ("command",)),
    Metric("clari_breaker_open", "0 or 1", "Whether a run left the circuit breaker open: Clari is down.", ("command",)),
    Metric(
        "clari_export_jobs_total",
        "jobs",
        "Export jobs by what became of them: loaded, refused or failed.",
        ("forecast", "outcome"),
    ),
    Metric(
        "clari_export_completion_ratio",
        "0 to 1",
        "Export jobs of the last 30 days that were loaded, of all that ended.",
        ("forecast",),
    ),
    Metric(
        "clari_export_phase_seconds",
        "s",
        "How long each phase of the newest job took: queue, run, download and load.",
        ("forecast", "period", "phase"),
    ),
    Metric("clari_export_entries", "entries", "Entries in the newest job's document.", ("forecast", "period")),
    Metric("clari_snapshot_timestamp_seconds", "s", "When the newest snapshot was exported.", ("forecast", "period")),
    Metric(
        "clari_swings",
        "amounts",
        "Amounts that swung, of people, teams and the total, as the newest detection found.",
        ("forecast", "period"),
    ),
    Metric(
        "clari_reconciliation_timestamp_seconds",
        "s",
        "When Clari and the warehouse were last compared.",
        ("forecast", "period"),
    ),
    Metric(
        "clari_reconciliation_differences",
        "rows or amounts",
        "What that comparison found: rows missing or too_many, amounts that differ (amount).",
        ("forecast", "period", "kind"),
    ),
    Metric("clari_quota_left", "jobs", "Export jobs left of the quota, when an export last asked."),
    Metric("clari_quota_limit", "jobs", "The quota of export jobs in 30 days."),
    Metric("clari_quota_reserve", "jobs", "Export jobs of the quota that are never touched (quota_reserve)."),
    Metric("clari_key_rotation_due_timestamp_seconds", "s", "When the API key has to be changed at the latest."),
    Metric(
        "clari_metrics_source_read",
        "0 or 1",
        "Whether a source of these metrics could be read: warehouse or state.",
        ("source",),
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _MADE})
"""Every metric by its name. Units are seconds (timestamps: since 1970, UTC), jobs, or as they say."""

COMPLETION_METRICS = ("clari_export_completion_ratio", "clari_export_jobs_total")
"""The metrics that hold the completion rate of export jobs: made up for 30 days, and to be made up over any time."""


def exposition(samples: Iterable[Sample], env: str) -> bytes:
    """Return the samples of one environment in Prometheus' text format, each metric once, with its help.

    Label values come from outside and are escaped. A sample of no metric of ours, or without one of its labels, is a
    KeyError: that would be a mistake of ours.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(tuple(samples), env))
    return generate_latest(registry)


class _Collected(Collector):
    """What a registry asks for its metrics."""

    def __init__(self, samples: tuple[Sample, ...], env: str) -> None:
        self._samples = samples
        self._env = env

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Yield one family for each metric that has samples, in the order of the table above."""
        by_name = defaultdict(list)
        for sample in self._samples:
            by_name[METRICS[sample.name].name].append(sample)
        for metric in METRICS.values():
            if found := by_name[metric.name]:
                yield self._family(metric, found)

    def _family(self, metric: Metric, samples: list[Sample]) -> GaugeMetricFamily | CounterMetricFamily:
        # No `created` is given, so that there are no `_created` series beside the counters.
        made = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
        family = made(metric.name, metric.meaning, labels=("env", *metric.labels))
        for sample in samples:
            family.add_metric([self._env, *(sample.labels[label] for label in metric.labels)], sample.value)
        return family
