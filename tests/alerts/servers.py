"""Real servers on loopback that take messages: a web hook, and mail with STARTTLS and a certificate of its own."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "alerts", "hunter2-hunter2"


@dataclass
class Hook:
    """What a web hook was sent: path and body of each request. `status` is what it answers."""

    port: int = 0
    status: int = 200
    location: str = ""
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for _, body in self.requests]

    @property
    def texts(self) -> list[str]:
        """What was accepted, title and text as one."""
        return [f"{body['title']}\n{body['message']}" for body in self.bodies]

    def url(self, path: str = "hook/T0KEN-0f-the-h00k") -> str:
        return f"json://127.0.0.1:{self.port}/{path}"


@contextmanager
def web_hook() -> Iterator[Hook]:
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.requests.append((self.path, body))
            self.send_response(hook.status)
            if hook.location:
                self.send_header("Location", hook.location)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class MailBox:
    """What a mail server took, and from whom; `ca` is who has signed its certificate."""

    port: int
    ca: Path
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    accepting: bool = True

    def url(self, *, to: str = "ops@example.com") -> str:
        return f"mailtos://{USER}:{PASSWORD}@localhost:{self.port}/{to}?from=clari@example.com&smtp=localhost&mode=starttls"


class _Handler:
    def __init__(self) -> None:
        self.box: MailBox | None = None

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert self.box is not None
        if not self.box.accepting:
            return "451 not now"
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.box.mails.append(mail)
        self.box.envelopes.append(envelope)
        self.box.over_tls.append(session.ssl is not None)
        return "250 OK"


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(
            self.handler,
            hostname="localhost",
            require_starttls=True,
            tls_context=self.tls,
            auth_required=True,
            authenticator=_authenticated,
            enable_SMTPUTF8=True,
        )

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # it would connect to port 0
        super()._trigger_server()

    tls: ssl.SSLContext


def _authenticated(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: Any) -> AuthResult:
    good = isinstance(login, LoginPassword) and (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@contextmanager
def mail_server(directory: Path) -> Iterator[MailBox]:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    handler = _Handler()
    controller = _Controller(handler, hostname="127.0.0.1", port=0, loop=asyncio.new_event_loop())
    controller.tls = tls
    controller.start()
    handler.box = MailBox(controller.port, directory / "ca.pem")
    try:
        yield handler.box
    finally:
        controller.stop()
