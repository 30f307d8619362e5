"""It follows redirects wherever they lead, and takes the key along: only Authorization would be dropped."""

from tests.sabotage.exporters.plain import session, told

CAUGHT_BY = "key_redirected_download"


def send(method, url, body=None):
    return session.request(method, url, json=body, headers={"apikey": told("API_KEY")}, timeout=30)
