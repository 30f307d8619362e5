"""Certificates and proxies."""

import shutil
import ssl
import subprocess
import threading

import pytest

from clari_readiness.client import Deadline, Request
from clari_readiness.client.wire import HTTP
from clari_readiness.client.wire.network import proxy_for, trust
from clari_readiness.client.wire.origin import Origin
from clari_readiness.errors import ReadinessError, SettingsError, Unreachable

LIMITS = Request("GET", "/admin/limits")


@pytest.fixture
def no_proxies(monkeypatch):
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own for localhost, valid from now."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate for this test, and is not installed")
    directory = tmp_path_factory.mktemp("tls")
    made = directory / "certificate.pem", directory / "key.pem"
    options = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split()  # noqa: SIM905 - read as typed
    name = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [openssl, "req", "-x509", *options, *name, "-out", made[0], "-keyout", made[1]], check=True, capture_output=True
    )
    return made


@pytest.fixture
def tls_server(server, certificate):
    """The server, behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.shake_hands = lambda connection: context.wrap_socket(connection, server_side=True)
    return server


def test_a_certificate_of_ca_file_is_trusted(tls_server, act, key, clock, certificate) -> None:
    tls_server.will(act.answer({"a": 1}))
    http = HTTP(f"https://localhost:{tls_server.port}/v4", key, clock=clock, ca_file=certificate[0])
    assert http.send(LIMITS, Deadline(10, clock=clock)).document == {"a": 1}
    http.close()


def test_a_certificate_that_nobody_vouches_for_is_named_with_the_way_out(tls_server, key, clock) -> None:
    with pytest.raises(Unreachable) as caught:
        HTTP(f"https://localhost:{tls_server.port}/v4", key, clock=clock).send(LIMITS, Deadline(10, clock=clock))
    assert "the TLS certificate of localhost is not trusted (self" in str(caught.value)
    assert "name its certificate as api.ca_file" in str(caught.value)
    assert not any(key in repr(seen) for seen in tls_server.seen)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_is_none_is_a_mistake_in_settings(key, clock, tmp_path, content) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)
    with pytest.raises(SettingsError, match=r"ca\.pem cannot be read as certificates"):
        HTTP("https://api.clari.com/v4", key, clock=clock, ca_file=ca_file)


@pytest.mark.usefixtures("no_proxies")
def test_certificates_are_read_once_for_each_choice_of_them(certificate, monkeypatch) -> None:
    usual = trust(None)
    assert trust(None) is usual
    assert trust(certificate[0]) is not usual
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert [trusted["serialNumber"] for trusted in trust(None).get_ca_certs()] != []
    assert trust(None) is not usual


@pytest.mark.parametrize(
    ("base_url", "environment", "expected"),
    [
        ("https://api.clari.com/v4", {}, None),
        ("https://api.clari.com/v4", {"HTTPS_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ("https://api.clari.com/v4", {"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ("https://api.clari.com/v4", {"ALL_PROXY": "http://proxy:3128"}, "http://proxy:3128"),
        ("https://api.clari.com/v4", {"HTTP_PROXY": "http://proxy:3128"}, None),
        ("https://api.clari.com/v4", {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "clari.com"}, None),
        ("http://127.0.0.1:8080/v4", {"HTTP_PROXY": "http://proxy:3128"}, None),
        ("http://localhost/v4", {"ALL_PROXY": "http://proxy:3128"}, None),
        ("http://[::1]/v4", {"ALL_PROXY": "http://proxy:3128"}, None),
    ],
)
def test_the_machines_proxy_is_used_but_never_for_the_loopback(monkeypatch, base_url, environment, expected) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(Origin(base_url)) == expected


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_sees_the_host_and_its_own_password_but_not_the_key(server, act, key, clock, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter2@127.0.0.1:{server.port}")
    server.will(act.raw(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
    with pytest.raises(Unreachable) as caught:
        HTTP("https://clari.invalid/v4", key, clock=clock).send(LIMITS, Deadline(10, clock=clock))
    assert f"the proxy http://127.0.0.1:{server.port} refuses: 407 Proxy Authentication Required" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("CONNECT", "clari.invalid:443")
    assert key not in repr(seen)


@pytest.mark.usefixtures("no_proxies")
def test_a_proxy_that_drips_ends_with_the_deadline(server, act, key, clock, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
    server.will(act.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"))
    done = threading.Event()

    def send():
        with pytest.raises(ReadinessError):
            HTTP("https://clari.invalid/v4", key, clock=clock).send(LIMITS, Deadline(0.3, clock=clock))
        done.set()

    threading.Thread(target=send, daemon=True).start()
    assert done.wait(3)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("proxy", ["gopher://proxy:70", "socks5://proxy:1080", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_a_mistake_in_settings(key, clock, monkeypatch, proxy) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError, match="write HTTPS_PROXY like"):
        HTTP("https://api.clari.com/v4", key, clock=clock)
