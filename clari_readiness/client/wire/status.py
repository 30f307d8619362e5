"""Whether somebody answers at an address that is not Clari's: no key goes there."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from clari_readiness.client.transport import Deadline
from clari_readiness.client.wire.failures import translate
from clari_readiness.client.wire.network import proxy_for, transport
from clari_readiness.client.wire.origin import Origin
from clari_readiness.model.time import SystemClock


def status_of(url: str, *, seconds: float = 10.0) -> int:
    """Return the status with which a GET is answered; a redirect is not followed, and no body is read.

    `seconds` is how long each step may take. Raises ClariError when nobody answers, SettingsError for an address with a
    user in it.
    """
    parts = urlsplit(url)
    origin = Origin(f"{parts.scheme}://{parts.netloc}")
    proxy, deadline = proxy_for(origin), Deadline(seconds, clock=SystemClock())
    steps = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    request = httpx.Request("GET", url, headers={"Accept": "*/*"}, extensions={"timeout": steps})
    try:
        with transport(origin, proxy=proxy) as wire:
            response = wire.handle_request(request)
            response.close()
            return response.status_code
    except httpx.HTTPError as error:
        problem = translate(
            error, what=f"GET {origin}", host=origin.host, via=proxy or "", status=None, deadline=deadline
        )
    raise problem
