"""What is asked of a forecast, from a body or from query parameters, and every way in which it is refused (F5, F24)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from clari_readiness.simulator.organisation.currencies import CURRENCIES
from clari_readiness.simulator.organisation.forecast import Question, roots_of
from clari_readiness.simulator.organisation.people import seats
from clari_readiness.simulator.organisation.settings import CRM_TYPES, DEFAULT_TYPES, TYPES
from clari_readiness.simulator.surfaces.calls import Call, Refused, World

_FLAGS = {"true": True, "false": False}
_CHOICES = {"schedule": ("NONE", "ONCE", "MAX"), "exportFormat": ("JSON", "CSV")}
_TEXTS = ("timePeriod", "scopeId", "currency")


def export_wishes(world: World, call: Call) -> dict[str, Any]:
    """Return what an export is asked for: the body, then the query, which the vendor lists too."""
    try:
        body = {name: value for name, value in call.document().items() if value is not None}
    except ValueError:
        raise _malformed(world, call) from None
    wishes = query_wishes(call) | body
    historical = wishes.get("includeHistorical", False)
    texts = all(isinstance(wishes.get(name, ""), str) for name in _TEXTS)
    chosen = all(wishes.get(name, values[0]) in values for name, values in _CHOICES.items())
    if not texts or not chosen or not isinstance(historical, bool):
        raise _malformed(world, call)
    return wishes


def query_wishes(call: Call) -> dict[str, Any]:
    """Return what the query asks for; lists are repeated parameters, or one with commas."""
    names = (*_TEXTS, "exportFormat", "schedule")
    wishes: dict[str, Any] = {name: value for name in names if (value := call.first(name)) is not None}
    if types := [each for value in call.every("typesToExport") for each in value.split(",") if each]:
        wishes["typesToExport"] = types
    if (flag := call.first("includeHistorical")) is not None:
        wishes["includeHistorical"] = _FLAGS.get(flag.lower(), flag)
    return wishes


def question(world: World, call: Call, wishes: Mapping[str, Any]) -> Question:
    """Return the question in the wishes; raises Refused for a forecast, scope, type or currency that is not there."""
    forecast_id = call.segments["forecast_id"]
    _check_forecast(world, call, forecast_id)
    currency = wishes.get("currency")
    if currency is not None and currency not in CURRENCIES:
        raise world.refuse(400, "bad_request", "The currency parameter is invalid.", namespace="fcw")
    scope = wishes.get("scopeId") or None
    if scope and not roots_of(world.organisation, scope):
        raise _no_optin(world, scope, forecast_id)
    return Question(
        forecast_id,
        wishes.get("timePeriod"),
        _types(world, wishes.get("typesToExport")),
        scope,
        currency,
        wishes.get("includeHistorical", False),
    )


def refuse_crm(world: World, types: tuple[str, ...]) -> None:
    """Raise Refused for CRM values where the organisation's exports do not have them (F24)."""
    if world.organisation.export_refuses_crm and CRM_TYPES & set(types):
        message = "CRM Totals and CRM Closed cannot be exported here; the Forecast API has them."
        raise world.refuse(400, "type_not_supported", message, namespace="fcw")


def _check_forecast(world: World, call: Call, forecast_id: str) -> None:
    if not forecast_id:
        raise world.refuse(400, "missing_forecast_id", "The forecastId parameter is required.", namespace="fcw")
    if forecast_id not in world.organisation.forecasts:
        message = f"Forecast {forecast_id} does not exist in the ForecastTemplate."
        raise world.refuse(400, "no_such_forecast_config", message, namespace="fcw")
    if not call.user.opted_in:
        raise _no_optin(world, seats(world.organisation)[0].scope, forecast_id)


def _types(world: World, asked: Any) -> tuple[str, ...]:
    if asked is None or asked == []:
        return DEFAULT_TYPES
    listed = asked if isinstance(asked, list) else [asked]
    unknown = [each for each in listed if each not in TYPES]
    if unknown:
        message = f"The following typesToExport values are invalid: {json.dumps(unknown)}"
        raise world.refuse(400, "bad_request", message, namespace="fcw")
    return tuple(dict.fromkeys(listed))


def _no_optin(world: World, scope: str, forecast_id: str) -> Refused:
    message = f"No optins for scope {scope} for forecast '{forecast_id}'."
    return world.refuse(401, "no_optin", message, namespace="fcw")


def _malformed(world: World, call: Call) -> Refused:
    said = call.body.decode(errors="replace")[:200]
    return world.refuse(400, "bad_request", f"The request body was malformed: {said}", namespace="fcw")
