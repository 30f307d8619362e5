"""`clari-readiness init`: the questions that a settings file answers, and the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from clari_readiness.cli.interview import Asking, Interview
from clari_readiness.cli.options import Config
from clari_readiness.environments import FILE_NAME, nearest_file
from clari_readiness.environments.drafting import Draft
from clari_readiness.errors import SettingsError
from clari_readiness.secrets import parse


def _option(name: str, help: str, metavar: str) -> Any:  # noqa: A002 - typer calls it so
    return typer.Option(name, help=help, metavar=metavar)


Name = Annotated[str | None, _option("--env", "The new environment's name.  [default: prod]", "NAME")]
Forecasts = Annotated[list[str] | None, _option("--forecast", "A forecast's id in Clari; may be repeated.", "ID")]
Starts = Annotated[str | None, _option("--year-starts", "The fiscal year's first month, 01 to 12.", "MONTH")]
NamedAfter = Annotated[str | None, _option("--year-named-after", "start or end: whose calendar year.", "WHICH")]
Key = Annotated[
    str | None, _option("--key", "Where the key is: env://NAME or file://path. Never the key.", "REFERENCE")
]
Url = Annotated[str | None, _option("--warehouse", "The warehouse, like duckdb:///warehouse.duckdb.", "URL")]
Table = Annotated[str | None, _option("--table", "The table that holds the forecasts.", "NAME")]
Columns = Annotated[
    list[str] | None, _option("--column", "What a column is called with you; may be repeated.", "OURS=YOURS")
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing: take the default of what no option says.")]


def init(  # noqa: PLR0917 - typer's way
    env: Name = None,
    config: Config = None,
    key: Key = None,
    forecast: Forecasts = None,
    year_starts: Starts = None,
    year_named_after: NamedAfter = None,
    warehouse: Url = None,
    table: Table = None,
    column: Columns = None,
    yes: Yes = False,  # noqa: FBT002 - typer's way
) -> None:
    """Write the settings of an environment: where its key is, which forecasts, which warehouse and tables.

    Each answer is judged at once. A file that is there stays as it is, but for the environment that is added.
    """
    given = {
        "--env": env,
        "--key": key,
        "--forecast": ",".join(forecast) if forecast else None,
        "--year-starts": year_starts,
        "--year-named-after": year_named_after,
        "--warehouse": warehouse,
        "--table": table,
    }
    path = config or nearest_file(Path.cwd()) or Path(FILE_NAME)
    ask = Asking(given, quietly=yes)
    draft = ask.until_right("--env", "The environment's name", "prod", lambda name: Draft.of(name, path))
    interview = Interview(draft, ask)
    interview.clari()
    interview.tables(dict(map(_pair, column or ())))
    draft.write(interview.answers)
    _conclude(draft, str(interview.answers["api", "key"]))


def _pair(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not (equals and ours.strip() and theirs.strip()):
        raise SettingsError("--column: is not OURS=YOURS", way_out="write it like owner_email=rep_mail")
    return ours.strip(), theirs.strip()


def _conclude(draft: Draft, key: str) -> None:
    """Say what was written, and what comes next."""
    typer.echo(f"{draft.path} {'was written, with' if draft.before is None else 'now has'} [env.{draft.name}]")
    reference = parse(key)
    if reference.scheme == "env" and not os.environ.get(reference.target.partition("?")[0]):
        typer.echo(f"next: export {reference.target.partition('?')[0]}=...")
    typer.echo(f"next: clari-readiness doctor --env={draft.name}")
    typer.echo(f"then: clari-readiness check --env={draft.name}, which says what else the file has to tell")
