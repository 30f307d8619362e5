"""It takes an answer that is no JSON for one without anything in it."""

from decimal import Decimal

from tests.sabotage.exporters import plain
from tests.sabotage.exporters.plain import Refused

CAUGHT_BY = "resilience_wrong_type"
_checked = plain.checked


def content(answer):
    if answer.status_code != 200:
        raise Refused(answer)
    try:
        return answer.json(parse_float=Decimal)
    except ValueError:
        return {}


def checked(period, job, document):
    return _checked(period, job, document) if document else {"users": [], "entries": []}
