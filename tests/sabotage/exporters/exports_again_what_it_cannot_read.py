"""It takes a download that is no JSON for an export that came to nothing, and spends another one."""

from decimal import Decimal

from tests.sabotage.exporters import plain
from tests.sabotage.exporters.plain import JOBS_FOR_AN_EXPORT, ExportFailed, Refused, Unusable

CAUGHT_BY = "resilience_malformed"
_export = plain.export


class _Unreadable(Unusable):
    pass


def content(answer):
    if answer.status_code != 200:
        raise Refused(answer)
    try:
        return answer.json(parse_float=Decimal)
    except ValueError:
        raise _Unreadable(f"{answer.url} is no JSON") from None


def export(warehouse, period):
    for _ in range(JOBS_FOR_AN_EXPORT):
        try:
            return _export(warehouse, period)
        except _Unreadable as error:
            print(f"{error}: once more")
    raise ExportFailed(f"the export of {period} cannot be read")
