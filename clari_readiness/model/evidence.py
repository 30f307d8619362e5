"""Labels of evidence that is shown as a picture: whoever records it and whoever draws it mean the same."""

from __future__ import annotations

LATENCY = "seconds by job and phase"
COMPLETION = "jobs of 30 days by outcome"
SCENARIOS = "scenarios"
TOTALS = "forecast, closed and quota by quarter"
SWINGS = "swings by forecast and quarter"
