"""Apprise on real sockets: a web hook, Slack's, and mail over STARTTLS with a certificate of its own."""

from __future__ import annotations

import logging

import pytest
from apprise.plugins.slack import NotifySlack

from clari_readiness.alerts import post
from clari_readiness.alerts.wording import Message, message_of
from clari_readiness.environments import Destination
from tests.alerts.making import destination, notice
from tests.alerts.servers import PASSWORD, Hook, MailBox

MESSAGE = Message("critical", "prod: CRITICAL: it failed", "What happened: it failed")
HOSTILE = message_of(
    [notice(what="<!channel> @here & <https://evil.example.com|click> *b* `c` _d_ :tada: \\n", details=("<b>x</b>",))],
    "prod",
)
TOKENS = ("T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ")


@pytest.fixture
def slack(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> Destination:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{hook.port}/services")
    return destination("slack://" + "/".join(TOKENS))


@pytest.fixture
def mail(mail_box: MailBox, monkeypatch: pytest.MonkeyPatch) -> Destination:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_box.ca))
    return destination(mail_box.url())


def test_a_web_hook_gets_title_text_and_how_bad_it_is(hook: Hook) -> None:
    assert post(destination(hook.url()), MESSAGE) == ""
    ((path, body),) = hook.requests
    assert path == "/hook/T0KEN-0f-the-h00k"
    assert (body["title"], body["message"], body["type"]) == (MESSAGE.title, MESSAGE.body, "failure")


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_what_is_refused_says_why_and_no_part_of_the_address(hook: Hook, status: int) -> None:
    hook.status = status
    reason = post(destination(hook.url()), MESSAGE)
    assert str(status) in reason
    assert "T0KEN" not in reason
    assert len(hook.requests) == 1


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.status, hook.location = 307, "/elsewhere"
    assert post(destination(hook.url()), MESSAGE) != ""
    assert [path for path, _ in hook.requests] == ["/hook/T0KEN-0f-the-h00k"]


def test_nobody_who_listens_is_a_reason() -> None:
    reason = post(destination("json://127.0.0.1:9/T0KEN-0f-the-h00k"), MESSAGE)
    assert reason
    assert "T0KEN" not in reason


@pytest.mark.parametrize("url", ["slack://T0KEN", "nonsense://T0KEN-0f-nobody", "mailtos://"])
def test_an_address_that_apprise_does_not_know_is_a_reason_that_does_not_repeat_it(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    reason = post(destination(url), MESSAGE)
    assert reason.startswith("Apprise does not take this address")
    assert "T0KEN" not in reason + caplog.text + "".join(capfd.readouterr())


def test_slack_shows_names_as_they_are_and_they_call_nobody(slack: Destination, hook: Hook) -> None:
    assert post(slack, HOSTILE) == ""
    ((path, body),) = hook.requests
    assert path == "/services/" + "/".join(TOKENS)
    assert body["mrkdwn"] is False
    (attachment,) = body["attachments"]
    text = attachment["title"] + attachment["text"]
    assert "<" not in text
    assert "@here" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert ":tada: \\n" in text


def test_slack_tokens_are_never_shown(
    slack: Destination, hook: Hook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    hook.status = 403
    shown = post(slack, MESSAGE) + repr(slack) + caplog.text + "".join(capfd.readouterr())
    assert "403" in shown
    assert not [token for token in TOKENS if token in shown]


def test_mail_goes_over_tls_as_plain_text_to_whom_it_is_meant_for(mail: Destination, mail_box: MailBox) -> None:
    assert post(mail, HOSTILE) == ""
    (got,) = mail_box.mails
    assert mail_box.over_tls == [True]
    assert mail_box.envelopes[0].rcpt_tos == ["ops@example.com"]
    assert got.get_content_type() == "text/plain"
    assert "<b>x</b>" in got.get_content()


def test_no_name_adds_a_header_to_a_mail(mail: Destination, mail_box: MailBox) -> None:
    message = message_of([notice(what="x\r\nBcc: everybody@example.com\r\n\r\n<script>")], "prod\nX-Evil: 1")
    assert post(mail, message) == ""
    (got,) = mail_box.mails
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert got["Subject"] == "prod X-Evil: 1: CRITICAL: x Bcc: everybody@example.com <script>"
    assert mail_box.envelopes[0].rcpt_tos == ["ops@example.com"]


def test_a_certificate_that_nobody_vouches_for_gets_no_mail_and_no_password(mail_box: MailBox) -> None:
    reason = post(destination(mail_box.url()), MESSAGE)
    assert "certificate verify failed" in reason
    assert PASSWORD not in reason
    assert mail_box.mails == []


def test_mail_that_the_server_refuses_says_what_it_answered(mail: Destination, mail_box: MailBox) -> None:
    mail_box.accepting = False
    reason = post(mail, MESSAGE)
    assert "451" in reason
    assert PASSWORD not in reason


def test_a_wrong_password_is_a_reason_and_is_not_shown(mail_box: MailBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_box.ca))
    reason = post(destination(mail_box.url().replace(PASSWORD, "wrong-password-1")), MESSAGE)
    assert "535" in reason
    assert "wrong-password-1" not in reason
    assert mail_box.mails == []


def test_a_destination_that_does_not_resolve_is_a_reason() -> None:
    assert post(Destination("alerts.to[0] (env)", "key", problem="X is not set"), MESSAGE) == "X is not set"
