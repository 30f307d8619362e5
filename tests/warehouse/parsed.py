"""A connection that parses each statement once: a law asks the same few thousands of times."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import duckdb


class Parsed:
    """A DuckDB connection, with the statements that it has parsed already. It plans and executes them as ever."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._parsed = lru_cache(maxsize=200)(self._parse)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, params: Any = None) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(self._parsed(sql), params)

    def _parse(self, sql: str) -> Any:
        statements = self._connection.extract_statements(sql)
        return statements[0] if len(statements) == 1 else sql
