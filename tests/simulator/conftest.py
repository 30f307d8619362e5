"""A simulator on a real socket, a clock that the test steps, and a client."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
import yaml

from clari_readiness.simulator import ManualClock, Organisation, Simulator

Start = Callable[..., Simulator]


def http_client(**more: Any) -> httpx.Client:
    # Nothing of the machine's surroundings, and no certificates, whose loading takes longer than most tests.
    return httpx.Client(trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), **more)


class Api:
    """An HTTP client of one user, with the waiting that an export needs done by the test's clock."""

    def __init__(self, simulator: Simulator, key: str, *, profile: str = "v4") -> None:
        headers = {"apikey": key} if profile == "v4" else {"authorization": f"Bearer {key}"}
        self.http = http_client(base_url=simulator.base_url(profile), headers=headers)
        self.simulator = simulator

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.http.get(path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.http.post(path, **more)

    def queue(self, **wishes: Any) -> str:
        answer = self.post("/export/forecast/net_bookings", json=wishes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["jobId"])

    def job(self, job_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.get(f"/export/jobs/{job_id}").json()["job"]
        return shown

    def cancel(self, job_id: str, **more: Any) -> httpx.Response:
        return self.http.patch(f"/export/jobs/{job_id}", **({"json": {"type": "CANCEL"}} | more))

    def results(self, job_id: str) -> httpx.Response:
        return self.get(f"/export/jobs/{job_id}/results")

    def export(self, **wishes: Any) -> httpx.Response:
        job_id = self.queue(**wishes)
        self.simulator.clock.sleep(sum(self.simulator.organisation.job_seconds))
        answer = self.results(job_id)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def cleanup() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def start(clock: ManualClock, cleanup: contextlib.ExitStack) -> Start:
    """Start a simulator with these settings of its organisation, and stop it at the end of the test."""

    def starting(*, more: dict[str, Any] | None = None, **settings: Any) -> Simulator:
        arguments = {"clock": clock} | (more or {})
        return cleanup.enter_context(Simulator(Organisation(**settings), **arguments))

    return starting


@pytest.fixture
def connect(cleanup: contextlib.ExitStack) -> Callable[..., Api]:
    """Return a client of the simulator, by default of the exporter's user."""

    def connecting(simulator: Simulator, *, user: int = 4711, **more: Any) -> Api:
        api = Api(simulator, simulator.key_of(user), **more)
        cleanup.callback(api.http.close)
        return api

    return connecting


@pytest.fixture
def simulator(start: Start) -> Simulator:
    return start()


@pytest.fixture
def api(simulator: Simulator, connect: Callable[..., Api]) -> Api:
    return connect(simulator)


@pytest.fixture
def anybody(cleanup: contextlib.ExitStack) -> httpx.Client:
    """Return a client without a key."""
    return cleanup.enter_context(http_client())


VENDOR_DOCUMENT = Path(__file__).parents[2].parent / "shared" / "reference" / "clari-revenue-api-openapi.yml"


@pytest.fixture(scope="session")
def vendor_document() -> dict[str, Any]:
    """Return the vendor's OpenAPI document without references, and with its alternatives made satisfiable.

    Its references point into `paths`, which tools follow badly. Its `oneOf`s list objects that require nothing, so that
    every answer matches several of them and would be refused: they are read as `anyOf`.
    """
    if not VENDOR_DOCUMENT.is_file():
        pytest.skip(
            f"the vendor's document is not there: {VENDOR_DOCUMENT.name} in shared/reference beside the project"
        )
    document = yaml.load(VENDOR_DOCUMENT.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    inlined: dict[str, Any] = _inlined(document, document)
    return inlined


def _inlined(part: Any, whole: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(each, whole) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(_target(part["$ref"], whole), whole)
    return {("anyOf" if name == "oneOf" else name): _inlined(value, whole) for name, value in part.items()}


def _target(reference: str, whole: Any) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        whole = whole[int(name) if isinstance(whole, list) else name]
    return whole
