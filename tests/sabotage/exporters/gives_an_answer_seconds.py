"""It gives an answer twelve seconds of Clari's clock, its body included, however large that is."""

import time

import requests

from tests.sabotage.exporters import plain
from tests.sabotage.exporters.plain import told

CAUGHT_BY = "resilience_dripping"
_send = plain.send


def send(method, url, body=None):
    began = time.monotonic()
    answer = _send(method, url, body)
    if time.monotonic() - began > 12.0 / float(told("TIME_SCALE")):
        raise requests.Timeout(f"{url} took too long")
    return answer
