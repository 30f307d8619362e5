"""It follows a nextLink wherever it leads, and takes the key along."""

CAUGHT_BY = "pages_foreign"


def check_origin(url):
    """Trust Clari: the link came from there."""
