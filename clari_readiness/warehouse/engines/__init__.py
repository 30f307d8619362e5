"""The engines that a team's table may lie in, each in a module that is imported when it is needed."""

from clari_readiness.warehouse.engines.duckdb import DuckDBEngine
from clari_readiness.warehouse.engines.engine import LARGEST_ANSWER, Engine, Ran
from clari_readiness.warehouse.engines.opening import open_engine

__all__ = ["LARGEST_ANSWER", "DuckDBEngine", "Engine", "Ran", "open_engine"]
