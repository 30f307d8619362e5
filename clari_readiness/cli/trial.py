"""`clari-readiness trial`: any exporter on trial, a line for each scenario as it ends, and a table in the end."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from clari_readiness.cli.options import Config
from clari_readiness.environments import FILE_NAME, Environment, load_default, made_in, nearest_file
from clari_readiness.environments.variables import process_environment
from clari_readiness.errors import NotVerified
from clari_readiness.gate.stopping import termination_interrupts
from clari_readiness.model.time import SystemClock
from clari_readiness.trial import (
    Accused,
    Case,
    Outcome,
    Pace,
    Record,
    Verdict,
    Wishes,
    accused_of,
    chosen,
    time_scale_of,
    version_of,
)
from clari_readiness.trial.preview import preview

BROKEN, COULD_NOT_LOOK = 1, 10
_SIGNS = {
    Verdict.KEPT: "kept   ",
    Verdict.BROKEN: "BROKEN ",
    Verdict.NOT_APPLICABLE: "not applicable ",
    Verdict.NOT_TESTED: "NOT TESTED ",
}

Exporter = Annotated[
    str | None,
    typer.Option(
        "--exporter",
        metavar="COMMAND",
        help='What starts it: "python -m our_pipeline.export", a callable pkg.mod:function, or reference.',
    ),
]
WarehouseUrl = Annotated[
    str | None,
    typer.Option(
        "--warehouse",
        metavar="URL",
        help="What it writes: duckdb:///NAME, sqlite:///NAME, postgresql://USER@HOST/DATABASE, snowflake://USER@ACCOUNT,"
        " or a reference.",
    ),
]
Env = Annotated[
    str | None,
    typer.Option("--env", metavar="NAME", help="The environment in the settings file.  [default: recorded]"),
]
Quick = Annotated[bool, typer.Option("--quick", help="The scenarios that matter most, in seconds.")]
Names = Annotated[list[str] | None, typer.Option("--scenario", metavar="NAME", help="This one only; may be repeated.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same faults.")]
PrintEnv = Annotated[bool, typer.Option("--print-env", help="Show what the exporter would be told, and end.")]
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the outcomes there, too.")]
TimeScale = Annotated[
    float | None,
    typer.Option(
        "--time-scale", metavar="N", help="How many times faster than real time, if the exporter divides its waits."
    ),
]
AtOnce = Annotated[
    int | None,
    typer.Option(
        "--at-once",
        metavar="N",
        min=1,
        max=4,
        help="How many scenarios side by side, if the exporter writes nothing that two of them would share.",
    ),
]


def trial(  # noqa: PLR0917 - typer's way
    exporter: Exporter = None,
    warehouse: WarehouseUrl = None,
    env: Env = None,
    config: Config = None,
    quick: Quick = False,  # noqa: FBT002 - typer's way
    scenario: Names = None,
    seed: Seed = 1,
    print_env: PrintEnv = False,  # noqa: FBT002 - typer's way
    json_file: Json = None,
    time_scale: TimeScale = None,
    at_once: AtOnce = None,
) -> None:
    """Put an exporter on trial: start it against a simulated Clari in which things go wrong, and judge what it does.

    The exit code is 0 when all laws were kept, 1 when one was broken, 10 when something could not be looked at.
    """
    wishes = Wishes(exporter, warehouse, time_scale, at_once)
    environment = _environment(env, config)
    try:
        accused = accused_of(environment, wishes)
        pace = Pace(time_scale_of(environment, wishes, accused))
        if print_env:
            _print_environment(accused, pace)
            return
        settings = environment.trial if environment else None
        case = Case(
            accused,
            version_of(accused, settings.version_command if settings else None),
            pace,
            chosen(tuple(scenario or ()), quick=quick),
            process_environment(),
            seed,
            quick,
            _repeat(environment, wishes),
        )
        record = _tried(case, environment)
    except NotVerified as cause:
        typer.echo(f"clari-readiness: {cause}", err=True)
        sys.exit(COULD_NOT_LOOK)
    if json_file is not None:
        record.write(json_file)
    sys.exit(_exit_code(record.outcomes))


def _tried(case: Case, environment: Environment | None) -> Record:
    progress = _Progress(len(case.scenarios))
    with termination_interrupts():  # or an exporter would go on without us
        record = case.put(
            _directory(environment), SystemClock(), lambda outcome: typer.echo(progress.line(_near(outcome)))
        )
    _table(record)
    return record


def _environment(name: str | None, config: Path | None) -> Environment | None:
    """Return the environment, or None where nobody has written settings: the options are enough then."""
    if name is None and config is None and nearest_file(Path.cwd()) is None:
        return None
    environments = load_default(config)
    environment = environments.get(name or "recorded")
    for each in environments.expired_surfaces(environment.name, SystemClock().now().date()):
        tried = f"{each.place} has expired, so {each.surface} are asked for, and judged"
        typer.echo(f"clari-readiness: {tried}", err=True)
    return environment


def _directory(environment: Environment | None) -> Path:
    return made_in(environment.base, environment.name, "trial") if environment else made_in(Path.cwd(), "trial")


def _repeat(environment: Environment | None, wishes: Wishes) -> str:
    words = ["clari-readiness", "trial"]
    options = {
        "--exporter": wishes.exporter,
        "--warehouse": wishes.warehouse,
        "--env": environment.name if environment else None,
        "--config": str(environment.base / FILE_NAME) if environment else None,
        "--time-scale": None if wishes.time_scale is None else f"{wishes.time_scale:g}",
    }
    for option, value in options.items():
        words += [option, value] if value is not None else []
    return shlex.join(words)


@dataclass
class _Progress:
    """How far a trial is, and how long the rest may take."""

    scenarios: int
    ended: int = 0
    began: float = 0.0

    def line(self, outcome: Outcome) -> str:
        """Count an outcome, and return its line."""
        self.began = self.began or time.monotonic() - outcome.seconds
        self.ended += 1
        left = (time.monotonic() - self.began) / self.ended * (self.scenarios - self.ended)
        to_go = f", {_minutes(left)} to go" if left >= 1 else ""
        wrong = f": {outcome.sentence}" if outcome.sentence else ""
        place = f" [{outcome.evidence}]" if outcome.evidence else ""
        what = f"{outcome.scenario}: {outcome.done}{wrong}{place}"
        return f"{self.ended}/{self.scenarios}{to_go}  {_SIGNS[outcome.verdict]}{what}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _near(outcome: Outcome) -> Outcome:
    """Return the outcome with its evidence as it is found from here."""
    path, here = outcome.evidence, Path.cwd()
    return replace(outcome, evidence=path.relative_to(here)) if path and path.is_relative_to(here) else outcome


def _table(record: Record) -> None:
    """Show, for each item, how many of the scenarios that apply were kept, and which were not."""
    applicable = [outcome for outcome in record.outcomes if outcome.verdict is not Verdict.NOT_APPLICABLE]
    items = sorted({item for outcome in record.outcomes for item in outcome.items})
    typer.echo("")
    for item in items:
        mine = [outcome for outcome in applicable if item in outcome.items]
        if not mine:
            typer.echo(f"{item:8} not applicable")
            continue
        kept = sum(outcome.verdict is Verdict.KEPT for outcome in mine)
        wrong = [each.scenario for each in mine if each.verdict in (Verdict.BROKEN, Verdict.NOT_TESTED)]
        typer.echo(f"{item:8} {kept:3}/{len(mine):<3} {', '.join(wrong)}".rstrip())
    broken = sum(outcome.verdict is Verdict.BROKEN for outcome in record.outcomes)
    scenarios = "1 scenario" if len(record.outcomes) == 1 else f"{len(record.outcomes)} scenarios"
    typer.echo(f"\n{scenarios} in {record.seconds:.0f} s, seed {record.seed}: {broken} broken")


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    verdicts = {outcome.verdict for outcome in outcomes}
    if Verdict.BROKEN in verdicts:
        return BROKEN
    return COULD_NOT_LOOK if Verdict.NOT_TESTED in verdicts else 0


def _print_environment(accused: Accused, pace: Pace) -> None:
    for name, value in sorted(preview(accused, pace, process_environment()).items()):
        typer.echo(f"{name}={value}")
