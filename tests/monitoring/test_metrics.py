"""The metrics as text, and as the documentation lists them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from clari_readiness.monitoring import METRICS, Sample, exposition

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "metrics.md"
HOSTILE = 'net"bookings\\\nclari_run_success{command="export"} 1\u202e'


def test_label_values_are_data_whatever_stands_in_them() -> None:
    text = exposition([Sample("clari_export_entries", 3, {"forecast": HOSTILE, "period": "}"})], "prod").decode()
    (family,) = text_string_to_metric_families(text)
    (sample,) = family.samples
    assert sample.labels == {"env": "prod", "forecast": HOSTILE, "period": "}"}
    assert len(text.strip().splitlines()) == 3


def test_counters_come_without_created_series() -> None:
    text = exposition([Sample("clari_runs_total", 3, {"command": "export", "outcome": "failed"})], "prod").decode()
    assert "# TYPE clari_runs_total counter" in text
    assert "_created" not in text


def test_each_metric_is_told_once_though_its_samples_come_apart() -> None:
    samples = [Sample("clari_run_success", 1, {"command": name}) for name in ("export", "reconcile")]
    text = exposition([samples[0], Sample("clari_quota_left", 7), samples[1]], "prod").decode()
    assert text.count("# TYPE clari_run_success gauge") == 1
    assert text.count("clari_run_success{") == 2


@pytest.mark.parametrize("sample", [Sample("clari_invented", 1), Sample("clari_run_success", 1)])
def test_a_sample_of_no_metric_or_without_its_labels_is_a_mistake_of_ours(sample: Sample) -> None:
    with pytest.raises(KeyError):
        exposition([sample], "prod")


def test_no_label_holds_people_or_keys() -> None:
    allowed = {"command", "outcome", "forecast", "period", "phase", "kind", "source"}
    assert {label for metric in METRICS.values() for label in metric.labels} == allowed


def test_the_documentation_lists_what_there_is() -> None:
    rows = re.findall(
        r"^\| `(clari_\w+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", DOCUMENTATION.read_text(), re.MULTILINE
    )
    assert [tuple(row) for row in rows] == [
        (metric.name, metric.kind, metric.unit, ", ".join(f"`{each}`" for each in metric.labels) or "-", metric.meaning)
        for metric in METRICS.values()
    ]
