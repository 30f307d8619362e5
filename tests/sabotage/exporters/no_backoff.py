"""It tries again at once."""

from tests.sabotage.exporters.plain import asked_to_wait

CAUGHT_BY = "limits_429_silent"


def pause(attempt, answer):
    return asked_to_wait(answer)
