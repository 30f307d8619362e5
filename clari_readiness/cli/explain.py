"""`clari-readiness explain ITEM`: what an item of the checklist is, how it is verified, and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from clari_readiness.gate.explanation import explanation, item_called
from clari_readiness.shipped import shipped

Name = Annotated[str, typer.Argument(metavar="ITEM", help="The item's id, such as AUTH-04.")]


def explain(item: Name) -> None:
    """Say what an item is, how it is verified, what failing looks like, and how to mend it."""
    typer.echo(explanation(item_called(item), shipped("docs") / "checklist.md"))
