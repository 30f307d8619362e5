"""Ways to break an integration, at least one for each item and each source of evidence that has a check."""

from tests.sabotage.cases import alarms, connection, contents, jobs, keys, nights, retention
from tests.sabotage.cases.enlisting import CASES, MANAGED, REHEARSED, Pair, Sabotage

__all__ = ["CASES", "MANAGED", "REHEARSED", "Pair", "Sabotage"]
__all__ += ["alarms", "connection", "contents", "jobs", "keys", "nights", "retention"]
