"""It prints that an export failed, goes on with the next one, and ends well."""

from tests.sabotage.exporters.plain import ExportFailed, export, told

CAUGHT_BY = "job_failed"


def all_exports(warehouse):
    exports = []
    for period in told("TIME_PERIODS").split(","):
        try:
            exports.append(export(warehouse, period))
        except ExportFailed as error:
            print(f"skipped {period}: {error}")
    return exports
