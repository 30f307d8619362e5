"""Its names pass through an encoding that has no other letters than those of western Europe."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "content_names"
_rows = plain.rows


def rows(job, document):
    for user in document["users"]:
        user["name"] = user["name"].encode("latin-1", "replace").decode("latin-1")
    return _rows(job, document)
