"""The command line: the same verbs outside pytest. It wires, and decides nothing."""

from __future__ import annotations

import sys
import traceback

import typer

from clari_readiness import __version__
from clari_readiness.cli.alert import alert
from clari_readiness.cli.check import check
from clari_readiness.cli.doctor import doctor
from clari_readiness.cli.explain import explain
from clari_readiness.cli.export import export
from clari_readiness.cli.fingerprint import fingerprint
from clari_readiness.cli.init import init
from clari_readiness.cli.plan import plan
from clari_readiness.cli.reconcile import reconcile
from clari_readiness.cli.report import report
from clari_readiness.cli.retention import retention
from clari_readiness.cli.simulate import simulate
from clari_readiness.cli.trial import trial
from clari_readiness.cli.verify import verify
from clari_readiness.errors import ReadinessError, SettingsError

INTERRUPTED, CRASHED, USAGE = 2, 3, 4
INTERRUPTED_BY_TYPER = 130

app = typer.Typer(
    help="The go-live gate and nightly reconciliation for Clari integrations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(alert)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(check)
app.command()(doctor)
app.command()(explain)
app.command()(export)
app.command()(fingerprint)
app.command()(init)
app.command()(plan)
app.command()(reconcile)
app.command()(report)
app.command()(retention)
app.command()(simulate)
app.command()(trial)
app.command()(verify)


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
        if code == INTERRUPTED_BY_TYPER:
            code = _complain("interrupted", INTERRUPTED)
    except SettingsError as error:
        code = _complain(error, USAGE)
    except ReadinessError as error:
        code = _complain(error, 1)
    except (typer.Abort, KeyboardInterrupt):
        code = _complain("interrupted", INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - a crash has an exit code of its own
        code = _unexpected(error)
    sys.exit(code or 0)


def _complain(error: ReadinessError | str, code: int) -> int:
    typer.echo(f"clari-readiness: {error}", err=True)
    return code


def _unexpected(error: Exception) -> int:
    """Show a mistake in options, whose errors (typer's own copy of click) can show themselves, or a crash."""
    if "Query interrupted" in str(error):  # what DuckDB makes of Ctrl-C
        return _complain("interrupted", INTERRUPTED)
    show = getattr(error, "show", None)
    if show is None:
        traceback.print_exception(error)
        return CRASHED
    show()
    return USAGE
