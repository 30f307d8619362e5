"""Its pauses grow, and are the same to the millisecond for everybody who failed at the same time."""

from tests.sabotage.exporters.plain import FIRST_PAUSE, LONGEST_PAUSE, asked_to_wait

CAUGHT_BY = "limits_429_each"


def pause(attempt, answer):
    return max(min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE), asked_to_wait(answer))
