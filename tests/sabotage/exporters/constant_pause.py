"""It waits as long before each attempt, however often it has failed."""

import random

from tests.sabotage.exporters.plain import asked_to_wait

CAUGHT_BY = "limits_429_silent"


def pause(attempt, answer):
    return max(random.uniform(3.0, 5.0), asked_to_wait(answer))
