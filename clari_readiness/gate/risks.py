"""What skipping an item costs the business: a sentence for whoever says yes or no and never reads a log."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RISKS: Mapping[str, str] = MappingProxyType(
    {
        "CONN-01": "no export at all: every number grows old in silence",
        "CONN-02": "the export fails on its first night, and nobody planned for that",
        "CONN-03": "a column stays empty: forecasts are read without their quotas or what is closed",
        "AUTH-01": "whoever has a copy of the code or its backups reads the whole forecast",
        "AUTH-02": "the first night in production exports nothing",
        "AUTH-03": "expired token halts all exports",
        "AUTH-04": "a token leaked or changed in a test environment stops or exposes production",
        "AUTH-05": "exports end on the day on which a person leaves, and see all that the person saw",
        "API-01": "numbers of another Clari, or none, are taken for production's",
        "API-02": "exports stop at Clari's limits, and what was not fetched is missing",
        "API-03": "attainment and coverage are computed without quotas or closed deals",
        "API-04": "silent data gaps in forecasts: a quarter is missing, or is the copy of another",
        "API-05": "inflated pipeline numbers: what was exported twice is counted twice",
        "API-06": "only the first page arrives, and the rest of the pipeline is not seen",
        "API-07": "a job that takes longer than expected hangs the night, or is given up too early",
        "RES-01": "an outage at Clari becomes an outage of ours, and ends with a locked account",
        "RES-02": "one bad answer costs a night, or spends the quota twice",
        "RES-03": "silent data gaps in forecasts",
        "RES-04": "stuck jobs block the queue",
        "RES-05": "inflated pipeline numbers after every second run",
        "RES-06": "storage and what must be kept grow without end, or history is deleted too early",
        "MON-01": "exports grow slower until one morning the numbers are not there",
        "MON-02": "a failed export is found by the person who presents its numbers",
        "MON-03": "missed revenue signals",
        "MON-04": "nobody sees that exports fail more often each week",
        "MON-05": "numbers in the warehouse and in Clari drift apart, and the wrong one is decided by",
        "CLA-01": "Clari changes an answer, and the loader misreads it without an error",
        "CLA-02": "half of an export is taken for all of it: the pipeline looks smaller than it is",
        "CLA-03": "one quarter's numbers are loaded as another's",
        "CLA-04": "the key, and with it the whole forecast, is handed to a stranger",
        "CLA-05": "exports fail for the rest of the month, or fail when they only had to wait",
        "CLA-06": "the quota runs out before the month does, for every user of it",
        "CLA-07": "the past of whoever left disappears, and earlier quarters no longer add up",
        "CLA-08": "amounts are wrong by cents, and sums no longer match finance's",
        "CLA-09": "a new field stops the night, or a missing one becomes an empty column",
        "CLA-10": "a name breaks the load, or runs as code in a spreadsheet or on a page",
        "CLA-11": "a failed night leaves the warehouse half old and half new",
        "CLA-12": "decisions rest on numbers of last week",
    }
)
"""An item's id -> what it costs to skip it; those of the checklist's own risk table are in its words."""
