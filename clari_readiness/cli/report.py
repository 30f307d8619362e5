"""`clari-readiness report --from FILE`: the page again, from the JSON that a run left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from clari_readiness.environments.variables import process_environment
from clari_readiness.errors import SettingsError
from clari_readiness.model.findings import GateReport
from clari_readiness.report import from_document, opened, read, write_junit, write_markdown, write_page
from clari_readiness.secrets import Secret, resolve

_WRITERS: Mapping[str, Callable[[GateReport, Path], None]] = {".md": write_markdown, ".xml": write_junit}

From = Annotated[Path, typer.Option("--from", metavar="FILE", help="A report.json of the gate.")]
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE", help="A .html, .md or .xml file.  [default: the .html beside it]"),
]
Key = Annotated[
    str | None, typer.Option("--key", metavar="REFERENCE", help="Where the seal's key is: env://NAME or file://PATH.")
]


def report(source: From, to: To = None, key: Key = None) -> None:
    """Draw the page of a run again, or its Markdown or JUnit XML, from its report.json; nothing is asked or judged."""
    target = to or source.with_suffix(".html")
    if target.suffix not in (".html", *_WRITERS):
        raise SettingsError(f"--to={target}: what is it to be?", way_out="name a file that ends in .html, .md or .xml")
    document = read(source)
    if "seal" in document:  # those of earlier versions have none
        opened(source)
    drawn = from_document(document)
    if target.suffix == ".html":
        write_page(drawn, target, key=resolved(key))
    else:
        _WRITERS[target.suffix](drawn, target)
    typer.echo(f"{target}: {drawn.decision.words}, {drawn.environment}")


def resolved(key: str | None) -> Secret | None:
    """Return the key that an option refers to. Raises SecretError."""
    if key is None:
        return None
    return resolve(key, environ=process_environment(), base=Path.cwd(), fixtures={})
