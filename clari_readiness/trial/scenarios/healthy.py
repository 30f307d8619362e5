"""The healthy run: an exporter that fails it gets that answer and no other."""

from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import types_asked_for
from clari_readiness.trial.plays import once
from clari_readiness.trial.scenario import Scenario

HEALTHY = Scenario(
    "healthy",
    ("API-01", "API-03"),
    "nothing went wrong",
    once,
    End.COMPLETE,
    laws=(types_asked_for,),
    surfaces=("forecast", "audit", "opportunities"),
    periods=(0, 1),
    most_requests=200,
    quick=True,
)
