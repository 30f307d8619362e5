"""It tries again whatever failed, also what was refused for good."""

CAUGHT_BY = "resilience_4xx"


def passes(answer):
    return answer.status_code >= 400
