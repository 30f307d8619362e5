"""Ask for secrets as the suite does, with every word of a refusal looked at, on a machine that reaches itself only."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_recording import network

from clari_readiness.errors import SecretError
from clari_readiness.secrets import Secret, resolve

VALUE = "cl4ri-0123456789"
OTHER = "s0mebody-elses-passw0rd"

Ask = Callable[..., Secret]
Refusal = Callable[..., str]


@pytest.fixture
def nothing_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """The network reaches this machine only, and no SDK looks for credentials that somebody has on it."""
    for name in os.environ:
        if name.startswith(("AWS_", "GOOGLE_", "CLOUDSDK_", "VAULT_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    network.block(allowed_hosts=[r"127\.0\.0\.1$"])
    yield monkeypatch
    network.unblock()


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Resolve a reference with the variables of this process."""

    def ask(reference: str, patience: float = 60.0) -> Secret:
        return resolve(reference, environ=dict(os.environ), base=tmp_path, fixtures={}, patience=patience)

    return ask


@pytest.fixture
def refusal(ask: Ask) -> Refusal:
    """Return the one line with which a reference is refused; neither it nor its traceback shows any secret."""

    def refusal(reference: str, patience: float = 60.0) -> str:
        with pytest.raises(SecretError) as refused:
            ask(reference, patience)
        message = str(refused.value)
        assert "\n" not in message
        shown = traceback.TracebackException.from_exception(refused.value, capture_locals=True)
        told = "".join(shown.format())
        credentials = [value for name, value in os.environ.items() if "TOKEN" in name or "SECRET_ACCESS_KEY" in name]
        for secret in (VALUE, OTHER):
            assert secret not in told
        for secret in filter(str.strip, credentials):
            assert secret not in message
        assert refused.value.__cause__ is None
        return message

    return refusal
