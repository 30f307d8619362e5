"""Any exporter on trial: started as a black box against a simulated Clari, and judged by what it asked for and left."""

from clari_readiness.trial.assignment import Pace
from clari_readiness.trial.exporter import Accused
from clari_readiness.trial.putting import Case
from clari_readiness.trial.record import FILE, QUICK_FILE, Record, read_record, record_of, version_of
from clari_readiness.trial.run import Trial
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios import SCENARIOS, chosen, scenarios_of
from clari_readiness.trial.settings import Wishes, accused_of, exporter_version, time_scale_of
from clari_readiness.trial.standing import LIVE, REHEARSED, Wanted, standing, suite_version
from clari_readiness.trial.verdict import Broken, Outcome, Verdict

__all__ = [
    "FILE",
    "LIVE",
    "QUICK_FILE",
    "REHEARSED",
    "SCENARIOS",
    "Accused",
    "Broken",
    "Case",
    "Outcome",
    "Pace",
    "Record",
    "Scenario",
    "Trial",
    "Verdict",
    "Wanted",
    "Wishes",
    "accused_of",
    "chosen",
    "exporter_version",
    "read_record",
    "record_of",
    "scenarios_of",
    "standing",
    "suite_version",
    "time_scale_of",
    "version_of",
]
