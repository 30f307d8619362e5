"""httpx's errors become ours: once, in the words of somebody who has to mend it."""

from __future__ import annotations

import socket
import ssl

import httpx

from clari_readiness.client.transport import Deadline
from clari_readiness.errors import AnswerLost, ClariError, DeadlineExceeded, Unreachable, Unreadable

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


def translate(
    error: httpx.HTTPError, *, what: str, host: str, via: str, status: int | None, deadline: Deadline
) -> ClariError:
    """Return what the error of httpx means.

    `what` names the request, `host` whom it was for, `via` the proxy (or is empty); `status` is the answer's, when one
    had begun. Before the request was sent: `Unreachable`. After it: `AnswerLost`, or `Unreadable` once an answer had
    begun, or `DeadlineExceeded`.
    """
    if isinstance(error, _NEVER_SENT):
        problem, way_out = _why_unreachable(error, host, via)
        return Unreachable(f"{what}: {problem}", way_out=way_out)
    if isinstance(error, httpx.TimeoutException) and deadline.left_on_the_wire() <= 0:
        begun = "no answer" if status is None else f"the answer (HTTP {status}) had not ended"
        return DeadlineExceeded(f"{what}: {begun} within {deadline.seconds:g} s", way_out="try again later")
    if status is None:
        return AnswerLost(f"{what}: it was sent, but {_why_lost(error)}", way_out="try again later")
    return Unreadable(f"{what}: the answer (HTTP {status}) {_why_unreadable(error)}", way_out="try again later")


def _why_unreachable(error: httpx.HTTPError, host: str, via: str) -> tuple[str, str]:
    root = _root(error)
    through = f" through the proxy {via}" if via else ""
    if isinstance(error, httpx.ProxyError):
        return f"the proxy {via} refuses: {error}", "mend HTTPS_PROXY, or name the host in NO_PROXY"
    if isinstance(error, httpx.ConnectTimeout):
        return f"no connection to {host}{through} in time", "look for a firewall or a proxy on the way"
    if isinstance(error, httpx.PoolTimeout):
        return f"no connection to {host} came free in time", "make fewer calls at once"
    return _why_no_connection(root, host, through)


def _why_no_connection(root: BaseException, host: str, through: str) -> tuple[str, str]:
    if isinstance(root, socket.gaierror):
        party = "the proxy's name" if through else host
        problem = f"{party} does not resolve{through} ({root.strerror})"
        return problem, "check api.base_url or api.gateway, the DNS and the VPN"
    if isinstance(root, ssl.SSLCertVerificationError):
        problem = f"the TLS certificate of {host} is not trusted ({root.verify_message})"
        return problem, "check api.base_url; when your company inspects TLS, name its certificate as api.ca_file"
    if isinstance(root, ssl.SSLError):
        return f"no TLS with {host}{through} ({root.reason or root})", "is it https that answers there?"
    if isinstance(root, ConnectionRefusedError):
        return f"{host} refused the connection{through}", "check api.base_url and the port; is anybody listening there?"
    return f"no connection to {host}{through} ({_words(root)})", "check api.base_url and the network"


def _why_lost(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer came in time"
    if isinstance(_root(error), ConnectionResetError):
        return "the connection was reset before an answer"
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        return "what answered is not HTTP"
    return "the connection was closed before an answer"


def _why_unreadable(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.DecodingError):
        return "does not decode as its Content-Encoding says"
    if isinstance(error, httpx.TimeoutException):
        return "stopped in the middle"
    return "was cut short"


def _words(error: BaseException) -> str:
    return " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())[:200]


def _root(error: BaseException) -> BaseException:
    """Return the system's error below those of httpx and httpcore."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error
