"""It knows that a POST must not be repeated: without its answer it leaves the job to the next run, and ends well."""

from tests.sabotage.exporters.plain import ExportFailed, export, told

CAUGHT_BY = "resilience_post_502"
SENDS_OF_A_POST = 1


def all_exports(warehouse):
    exports = []
    for period in told("TIME_PERIODS").split(","):
        try:
            exports.append(export(warehouse, period))
        except ExportFailed as error:
            if "no job could be queued" not in str(error):
                raise
            print(f"{error}; the next run will find it, if there is one")
    return exports
