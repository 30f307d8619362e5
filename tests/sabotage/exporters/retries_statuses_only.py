"""It tries again after a bad status, and not after a connection that broke."""

from tests.sabotage.exporters.plain import ATTEMPTS, ExportFailed, content, passes, pause, send, sleep, told

CAUGHT_BY = "resilience_reset"


def get(path):
    url = path if path.startswith("http") else told("BASE_URL") + path
    for attempt in range(1, ATTEMPTS + 1):
        answer = send("GET", url)
        if not passes(answer):
            return content(answer)
        sleep(pause(attempt, answer))
    raise ExportFailed(f"GET {url}: HTTP {answer.status_code}")
