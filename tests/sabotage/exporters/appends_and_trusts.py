"""As `repeats_the_post`, which lies beside it. The defect: what it is sent is loaded as it is, and every load appends.

It takes an empty export for one that went well, half of one for a whole one, and another quarter for the one it asked for.
"""

import os

import repeats_the_post as program

CAUGHT_BY = "duplicates_twice"


def audit_events():
    page = program.call("GET", f"/audit/events?limit=1000&dateFrom={os.environ['CLARI_AUDIT_FROM']}")
    while True:
        yield from (
            (event.get("eventTimestamp"), event["actorId"], event["sessionId"], event["event"])
            for event in page["items"]
        )
        if "nextLink" not in page:
            return
        page = program.call("GET", page["nextLink"])


if __name__ == "__main__":
    program.EMPTIED, program.audit_events = "", audit_events
    program.main()
