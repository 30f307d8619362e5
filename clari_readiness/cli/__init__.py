"""The command line: the same verbs outside pytest. It wires, and decides nothing."""

from __future__ import annotations

import sys
import traceback

import click
import typer

from clari_readiness import __version__
from clari_readiness.cli.export import export
from clari_readiness.cli.fingerprint import fingerprint
from clari_readiness.cli.simulate import simulate
from clari_readiness.errors import ReadinessError, SettingsError

CRASHED, USAGE = 3, 4

app = typer.Typer(
    help="The go-live gate and nightly reconciliation for Clari integrations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(export)
app.command()(fingerprint)
app.command()(simulate)


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        typer.echo(f"clari-readiness {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),  # noqa: FBT001, FBT003 - typer's way
) -> None:
    """Run the go-live gate and the nightly reconciliation of Clari integrations."""


def main() -> None:
    """Run a command; what a user can mend is one line, and its exit code is that of the command."""
    try:
        code = app(standalone_mode=False)
    except SettingsError as error:
        code = _complain(error, USAGE)
    except ReadinessError as error:
        code = _complain(error, 1)
    except click.ClickException as error:
        error.show()
        code = USAGE
    except (click.Abort, KeyboardInterrupt):
        code = _complain("interrupted", 2)
    except Exception:  # noqa: BLE001 - a crash has an exit code of its own
        traceback.print_exc()
        code = CRASHED
    sys.exit(code or 0)


def _complain(error: ReadinessError | str, code: int) -> int:
    typer.echo(f"clari-readiness: {error}", err=True)
    return code
