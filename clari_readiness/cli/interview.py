"""The questions of `clari-readiness init`, each with a default, and each answer judged by the parsers of the file."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import typer

from clari_readiness.environments.drafting import Draft
from clari_readiness.environments.problems import Path as Keys
from clari_readiness.environments.values import is_reference
from clari_readiness.errors import SettingsError, WarehouseError
from clari_readiness.spelling import nearest
from clari_readiness.warehouse import CANONICAL_COLUMNS, Tables, WarehouseReader, database_path
from clari_readiness.warehouse.url import scheme_of

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Asking:
    """Asks what no option has said. A wrong answer is asked for again; a wrong option is the end."""

    given: Mapping[str, str | None]
    quietly: bool

    def until_right(self, option: str, question: str, default: str, read: Callable[[str], Answer]) -> Answer:
        """Return the first answer that can be read; `read` raises SettingsError or WarehouseError for the others."""
        said = self.given.get(option)
        if said is not None or self.quietly:
            try:
                return read(default if said is None else said)
            except (SettingsError, WarehouseError) as error:
                raise SettingsError(f"{option}: {error}") from None
        while True:
            try:
                return read(str(typer.prompt(question, default=default)).strip())
            except typer.Abort:
                if sys.stdin.isatty():
                    raise
                way_out = f"say {option}, or --yes for {default}"
                raise SettingsError(f"{option}: nobody answered", way_out=way_out) from None
            except (SettingsError, WarehouseError) as error:
                typer.echo(f"  {error}")


@dataclass
class Interview:
    """The questions, in their order, and what was answered."""

    draft: Draft
    ask: Asking
    answers: dict[Keys, Any] = field(default_factory=dict)

    def clari(self) -> None:
        """Ask what is to be exported, and with which key."""
        forecasts = ", ".join(self.draft.default(("forecasts",)) or ["net_bookings"])
        self._ask("--forecast", "The forecasts, by their ids in Clari", ("forecasts",), forecasts, _words)
        self._ask("--year-starts", "The fiscal year's first month, 01 to 12", ("fiscal_year", "starts"), "02")
        after = "Is a fiscal year named after the calendar year of its start or its end"
        self._ask("--year-named-after", after, ("fiscal_year", "named_after"), "end")
        variable = re.sub(r"\W", "_", f"CLARI_API_KEY_{self.draft.name}".upper())
        self._ask("--key", "Where the key is, never the key itself", ("api", "key"), f"env://{variable}")

    def tables(self, columns: Mapping[str, str]) -> None:
        """Ask for the warehouse, its table, and the columns that the table has under no name of ours."""
        url = f"duckdb:///.readiness/{self.draft.name}/warehouse.duckdb"
        self._ask("--warehouse", "The warehouse", ("warehouse", "url"), url, self._url)
        self._ask("--table", "Its table of forecasts", ("warehouse", "forecasts"), "clari_forecasts", self._table)
        there = self._columns(self.answers["warehouse", "forecasts"])
        for ours in dict.fromkeys((*columns, *(CANONICAL_COLUMNS if there else ()))):
            self._column(ours, columns.get(ours), there)

    def _ask(
        self, option: str, question: str, keys: Keys, default: str, read: Callable[[str], Any] = lambda text: text
    ) -> None:
        def judged(text: str) -> Any:
            value = read(text)
            self._judge(keys, value)
            return value

        said = self.draft.default(keys)
        default = said if isinstance(said, str) else default
        self.answers[keys] = self.ask.until_right(option, question, default, judged)

    def _judge(self, keys: Keys, value: Any) -> None:
        problem = self.draft.problem({**self.answers, keys: value}, keys)
        if problem:
            raise SettingsError(problem)

    def _url(self, url: str) -> str:
        self._judge(("warehouse", "url"), url)
        reader = self._reader(url, Tables())
        if reader is not None:
            reader.close()
        elif is_reference(url):
            typer.echo(f"  {url}: where it leads is not looked at now; `clari-readiness check` does")
        else:
            typer.echo(f"  {url}: is not there yet; `clari-readiness export --env={self.draft.name}` would make it")
        return url

    def _table(self, name: str) -> str:
        self._judge(("warehouse", "forecasts"), name)
        self._columns(name)
        return name

    def _columns(self, table: str) -> list[str]:
        """Return the columns of a table; none while there is no warehouse, or only a reference to one."""
        reader = self._reader(self.answers["warehouse", "url"], Tables(table))
        if reader is None:
            return []
        with reader:
            return list(reader.columns)

    def _reader(self, url: str, tables: Tables) -> WarehouseReader | None:
        """Open the warehouse; a file of ours that no export has made yet is None, and so is a reference."""
        base = self.draft.path.absolute().parent
        if is_reference(url) or (scheme_of(url) == "duckdb" and not database_path(url, base).exists()):
            return None
        return WarehouseReader.open(url, tables, base)

    def _column(self, ours: str, theirs: str | None, there: list[str]) -> None:
        """Ask what a column of ours is called, where the table has none of that name; nothing is none."""
        known = {name.lower() for name in there}
        if theirs is None and ours in known:
            return

        def judged(name: str) -> str:
            if not name or name == "-":
                return ""
            self._judge(("warehouse", "columns", ours), name)
            if there and name.lower() not in known:
                raise SettingsError(f"the table has no column {name:.60}", way_out=f"it has {', '.join(there)}")
            return name

        near = nearest(ours, there)
        asking = Asking({"--column": theirs}, self.ask.quietly)
        name = asking.until_right("--column", f"Our {ours} is called (- for: it is not there)", near or "-", judged)
        if name:
            self.answers["warehouse", "columns", ours] = name


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]
