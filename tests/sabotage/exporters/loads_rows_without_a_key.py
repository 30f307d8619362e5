"""It loads entries that do not say whose they are."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "content_missing_key"
_checked = plain.checked


def checked(period, job, document):
    for entry in document.get("entries", []):
        entry.setdefault("userId", "")
    return _checked(period, job, document)
