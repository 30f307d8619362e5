"""How the machine reaches the network: certificates to trust, and the proxy to go through."""

from __future__ import annotations

import functools
import ipaddress
import os
import ssl
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

import httpx

from clari_readiness.client.wire.origin import Origin
from clari_readiness.errors import SettingsError


def transport(origin: Origin, *, proxy: str | None = None, ca_file: Path | None = None) -> httpx.HTTPTransport:
    """Return a transport to the origin, through the proxy where one is named.

    Transport and not client: a client would follow `.netrc`, cookies and its own log lines; nothing of that is wanted.
    """
    trusted = trust(ca_file) if origin.secure else False
    try:
        return httpx.HTTPTransport(verify=trusted, trust_env=False, proxy=proxy)
    except (ImportError, ValueError, httpx.InvalidURL):
        problem = SettingsError(
            f"the machine's proxy for {origin} is not one that can be used",
            way_out="write HTTPS_PROXY like http://proxy.example.com:3128, or name the host in NO_PROXY",
        )
    raise problem


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return the certificates to trust: the usual ones (or `SSL_CERT_FILE`'s), and those of `ca_file` besides."""
    return _trust(ca_file, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@functools.cache
def _trust(ca_file: Path | None, *_environment: str | None) -> ssl.SSLContext:
    # Kept for the process: reading the usual certificates takes longer than most requests, and the gate has 18 clients.
    try:
        context = httpx.create_ssl_context()
    except OSError as error:
        problem = SettingsError(f"SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error.strerror or error}")
    else:
        return _with_ca(context, ca_file)
    raise problem


def proxy_for(origin: Origin) -> str | None:
    """Return the URL of the machine's proxy for the origin; None when there is none, or it is bypassed.

    The loopback is never reached through a proxy: only there a key may travel in the clear.
    """
    if is_loopback(origin.host) or proxy_bypass(origin.host):
        return None
    proxies = getproxies()
    proxy = proxies.get("https" if origin.secure else "http") or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def is_loopback(host: str) -> bool:
    """Tell whether the host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _with_ca(context: ssl.SSLContext, ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as error:
        problem = SettingsError(
            f"ca_file {ca_file} cannot be read as certificates: {error.strerror or error}",
            way_out="name a file in PEM format",
        )
    else:
        return context
    raise problem
