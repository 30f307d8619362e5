"""It repairs a document that is no JSON: what comes after the last whole entry is cut off, and the brackets are closed."""

import json
from decimal import Decimal

from tests.sabotage.exporters.plain import Refused

CAUGHT_BY = "resilience_broken_gzip"


def content(answer):
    if answer.status_code != 200:
        raise Refused(answer)
    try:
        return answer.json(parse_float=Decimal)
    except ValueError:
        whole = answer.text[: answer.text.rindex("},{") + 1]
        return {"users": [], **json.loads(f"{whole}]}}", parse_float=Decimal)}
