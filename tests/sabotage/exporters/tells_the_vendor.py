"""It reports each run to a host that nobody has named."""

from contextlib import suppress

from tests.sabotage.exporters import plain

CAUGHT_BY = "healthy"
_run = plain.run


def run(warehouse):
    with suppress(plain.requests.RequestException):
        plain.session.get("http://telemetry.invalid/started", timeout=1)
    _run(warehouse)
