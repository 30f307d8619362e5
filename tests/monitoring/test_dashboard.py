"""The dashboard for Grafana: every metric it names is one that a real night writes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clari_readiness.monitoring import METRICS
from tests.monitoring.conftest import Place, promtool

DASHBOARD: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "deploy" / "grafana" / "dashboard.json").read_text(encoding="utf-8")
)
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]


def expressions() -> Iterator[str]:
    for panel in PANELS:
        yield from (target["expr"] for target in panel["targets"])
    yield from (variable["definition"] for variable in DASHBOARD["templating"]["list"] if "definition" in variable)


def named() -> set[str]:
    """Whatever stands where a metric does in an expression: no function, keyword, label or variable."""
    words = {word for text in expressions() for word in re.findall(r"(?<![\w$\"])[a-z_]+(?=\{|, \w+\)$)", text)}
    return words | {word for text in expressions() for word in re.findall(r"clari_\w+", text)}


def test_every_metric_that_it_names_is_written_by_a_real_night(place: Place) -> None:
    with place.simulator():
        assert [place.run(verb) for verb in ("export", "reconcile", "retention")] == [0, 0, 0]
    assert named() <= {name for name, _ in place.values()}


def test_no_metric_of_ours_is_left_out() -> None:
    assert named() == set(METRICS)


def test_every_label_that_it_chooses_or_shows_is_one_of_the_metric() -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            ours = {"env", *(label for name in METRICS if name in target["expr"] for label in METRICS[name].labels)}
            chosen = set(re.findall(r"(\w+)=~?\"", target["expr"]))
            grouped = {word for group in re.findall(r"by \((.*?)\)", target["expr"]) for word in group.split(", ")}
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            assert chosen | grouped | shown <= ours, target["expr"]


def test_promtool_reads_every_expression(tmp_path: Path) -> None:
    rules = [
        {"record": f"expression:{number}", "expr": text.replace("$env", ".*").replace("$forecast", ".*")}
        for number, text in enumerate(target["expr"] for panel in PANELS for target in panel["targets"])
    ]
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    ran = subprocess.run(
        [promtool(), "check", "rules", str(tmp_path / "rules.yaml")], capture_output=True, text=True, check=False
    )
    assert f"{len(rules)} rules found" in ran.stdout, ran.stdout + ran.stderr


def test_it_shows_what_was_asked_of_it() -> None:
    titles = " ".join(panel["title"].lower() for panel in PANELS)
    for wanted in ("completion rate, 30 days", "latency by phase", "freshness", "differences", "quota", "runs"):
        assert wanted in titles
    assert {variable["name"] for variable in DASHBOARD["templating"]["list"]} == {"datasource", "env", "forecast"}


def test_it_is_what_grafana_imports() -> None:
    assert DASHBOARD["schemaVersion"] >= 39
    assert "id" not in DASHBOARD
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    places = [(square, panel["id"]) for panel in PANELS for square in squares(panel["gridPos"])]
    assert len({square for square, _ in places}) == len(places), "panels lie on each other"
    for panel in PANELS:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
        assert panel["description"]


def squares(grid: dict[str, int]) -> Iterator[tuple[int, int]]:
    for x in range(grid["x"], grid["x"] + grid["w"]):
        for y in range(grid["y"], grid["y"] + grid["h"]):
            yield x, y
