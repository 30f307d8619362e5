"""The healthy run: an exporter that fails it gets that answer and no other."""

from dataclasses import replace

from clari_readiness.trial.course import End
from clari_readiness.trial.laws.journal import types_asked_for
from clari_readiness.trial.plays import once
from clari_readiness.trial.scenario import SMALL, Scenario
from clari_readiness.trial.scenarios.making import WELL_SEEN

# One role each, no week in two quarters, opportunities for one request: what is hard has a scenario that names it.
_PLAIN = replace(SMALL, second_roles=0, opportunities=60)
_SEVERAL_LOOKS = (4.0, 5.0)  # so that there are pauses between them, which no busy machine can take for its own

HEALTHY = Scenario(
    "healthy",
    ("API-01", "API-03"),
    "nothing went wrong",
    once,
    End.COMPLETE,
    laws=(types_asked_for,),
    surfaces=("forecast", "audit", "opportunities"),
    organisation=_PLAIN,
    periods=(0, 2),
    most_requests=200,
    job_seconds=_SEVERAL_LOOKS,
    pauses=WELL_SEEN,
    quick=True,
)
