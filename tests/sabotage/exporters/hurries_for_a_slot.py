"""While all slots are taken it sends its POST again at once, until one is free."""

import time

from tests.sabotage.exporters.plain import Refused, send, slots_are_taken, told

CAUGHT_BY = "limits_no_slot"


def accepted(url, body):
    until = time.monotonic() + float(told("JOB_TIMEOUT"))
    answer = send("POST", url, body)
    while answer.status_code == 429 or slots_are_taken(answer):
        if time.monotonic() > until:
            raise Refused(answer)
        answer = send("POST", url, body)
    return answer
