"""The application: routes, who may enter, and what becomes of calls that break."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clari_readiness.simulator.faults.matching import note
from clari_readiness.simulator.journal import QUEUED_JOB
from clari_readiness.simulator.keys import Keys, sent_key
from clari_readiness.simulator.plan import planned
from clari_readiness.simulator.refusals import BAD_KEY, body_for, gateway_error
from clari_readiness.simulator.surfaces import audit, exports, ingest, jobs, reading
from clari_readiness.simulator.surfaces.calls import Answer, Call, Handler, Refused, World, found

_SHARED: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/export/forecast", exports.forecast),
    ("POST", "/export/forecast/{forecast_id:path}", exports.forecast),
    ("POST", "/export/activity", exports.activity),
    ("POST", "/export/audit/events", exports.audit),
    ("GET", "/export/jobs", jobs.every),
    ("GET", "/export/jobs/{job_id}", jobs.one),
    ("PATCH", "/export/jobs/{job_id}", jobs.cancel),
    ("GET", "/export/jobs/{job_id}/results", jobs.download),
    ("GET", "/admin/limits", reading.limits),
    ("GET", "/audit/events", audit.page),
    ("GET", "/opportunity", reading.opportunities),
    ("GET", "/forecast/{forecast_id:path}", reading.forecast),
)

_INGEST: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/ingest/bulk/entity/{entity}", ingest.write),
    ("POST", "/ingest/entity/{entity}", ingest.write),
    ("GET", "/ingest/job/{job_id}", ingest.job),
    ("POST", "/ingest/schema/{entity}/field", ingest.write),
    ("GET", "/ingest/schema/{entity}/field", ingest.write),
)

_ROUTES: tuple[tuple[str, tuple[tuple[str, str, Handler], ...]], ...] = (
    ("v4", _SHARED + _INGEST),
    ("v2", _INGEST),
    ("v1", (("GET", "/forecast/types", reading.forecast_types), *_SHARED)),
)


def application(world: World, keys: Keys) -> Starlette:
    """Return the application of every profile."""
    routes = [
        Route(f"/{profile}{path}", _endpoint(world, keys, profile, handler), methods=[method])
        for profile, listed in _ROUTES
        for method, path, handler in listed
    ]
    unknown = _no_route(world)
    app = Starlette(routes=routes, exception_handlers={404: unknown, 405: unknown})
    app.router.redirect_slashes = False
    return app


def _endpoint(world: World, keys: Keys, profile: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        user = keys.user(sent_key(request.headers, profile))
        if user is None:
            return _response(world, found(BAD_KEY, 401))
        call = Call(
            request.method,
            request.url.path,
            {"forecast_id": "", **request.path_params},
            tuple(request.query_params.multi_items()),
            request.headers,
            await request.body(),
            user,
            world.clock.now(),
            planned(request.scope),
        )
        answer = await run_in_threadpool(_answer, handler, world, call)
        request.scope[QUEUED_JOB] = answer.queued
        for what in answer.notes:
            note(request.scope, what)
        return _response(world, answer)

    return endpoint


def _answer(handler: Handler, world: World, call: Call) -> Answer:
    try:
        return handler(world, call)
    except Refused as refused:
        return refused.answer
    except Exception:  # noqa: BLE001 - an API answers 500 with the surface's own body, whatever went wrong in it
        return Answer(500, body_for(call.path, 500))


def _no_route(world: World) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, problem: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
        said = gateway_error("no Route matched with those values", world.error_id().replace("-", ""))
        return _response(world, found(said, 404))

    return answer


def _response(world: World, answer: Answer) -> Response:
    # The date is the simulator's: what is loaded from a synchronous answer is dated by it.
    headers = {"date": format_datetime(world.clock.now(), usegmt=True), **answer.headers}
    return Response(answer.body, answer.status, headers, answer.content_type)
