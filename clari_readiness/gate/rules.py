"""Alert rules as Prometheus reads them: whether they parse, and which of them watch what (MON-02)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from clari_readiness.gate.promql import seconds_of

PROMTOOL = "promtool"
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class AlertRule:
    """One alerting rule: its expression, and for how many seconds that must hold before it fires."""

    name: str
    expr: str
    held_for: float = 0.0


@dataclass(frozen=True)
class Rules:
    """What the rules files hold: alerting rules, and what is wrong, with file and place in each line."""

    alerts: tuple[AlertRule, ...] = ()
    problems: tuple[str, ...] = ()


def read_rules(files: Iterable[tuple[str, Path]]) -> Rules:
    """Read rules files, each with the name that the settings give it; a missing one is a problem among others."""
    alerts: list[AlertRule] = []
    problems: list[str] = []
    for name, path in files:
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            problems.append(f"{name}: cannot be read: {error.strerror}")
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            problems.append(f"{name}: is no YAML: {' '.join(str(error).split())}")
        else:
            found = list(_rules_of(document))
            alerts += [rule for rule in found if isinstance(rule, AlertRule)]
            problems += [f"{name}: {problem}" for problem in found if isinstance(problem, str)]
    return Rules(tuple(alerts), tuple(problems))


def promtool_says(paths: Sequence[Path]) -> str | None:
    """Return what promtool has against the files, empty when nothing; None where there is no promtool."""
    tool = shutil.which(PROMTOOL)
    if tool is None:
        return None
    checked = subprocess.run(  # noqa: S603 - no shell, and the files are the team's own
        [tool, "check", "rules", *map(str, paths)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return "" if checked.returncode == 0 else " ".join((checked.stderr or checked.stdout).split())


def _rules_of(document: Any) -> Iterator[AlertRule | str]:
    """Yield the alerting rules of a document, and a line for each thing that is wrong with it."""
    groups = document.get("groups") if isinstance(document, Mapping) else None
    if not isinstance(groups, list):
        yield "groups: expected a list of groups of rules"
        return
    for number, group in enumerate(groups):
        place = f"groups[{number}]"
        if not (isinstance(group, Mapping) and isinstance(group.get("name"), str)):
            yield f"{place}: has no name"
        elif not isinstance(group.get("rules"), list):
            yield f"{place}.rules: expected a list"
        else:
            for position, rule in enumerate(group["rules"]):
                yield from _rule_of(rule, f"{place}.rules[{position}]")


def _rule_of(rule: Any, place: str) -> Iterator[AlertRule | str]:
    if not isinstance(rule, Mapping) or ("alert" in rule) == ("record" in rule):
        yield f"{place}: expected a rule with one of alert and record"
    elif not (isinstance(rule.get("expr"), str) and rule["expr"].strip()):
        yield f"{place}.expr: expected an expression"
    elif (held_for := seconds_of(str(rule.get("for", "0s")))) is None:
        yield f"{place}.for: expected a duration such as 5m"
    elif "alert" in rule:
        yield AlertRule(str(rule["alert"]), rule["expr"], held_for)
