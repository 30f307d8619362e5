"""References to HashiCorp Vault: real requests of hvac to a small server that answers as Vault does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.secrets.conftest import OTHER, VALUE, Ask, Refusal
from tests.secrets.servers import Heard, Vault, serving, silence

pytestmark = pytest.mark.usefixtures("served")

TOKEN = "hvs.a-token-of-this-run"


@pytest.fixture
def vault() -> Vault:
    return Vault(
        token=TOKEN,
        mounts={"secret": "2", "kv": "1", "team/kv": "2"},
        kept={
            "secret/revops/clari": [{"api_key": "the-key-before"}, {"api_key": VALUE, "password": OTHER}],
            "secret/gone": [None],
            "kv/clari": [{"api_key": VALUE}],
            "team/kv/clari": [{"api_key": VALUE}],
        },
    )


@pytest.fixture
def served(vault: Vault, nothing_leaves: pytest.MonkeyPatch) -> Iterator[Heard]:
    with serving(vault) as heard:
        nothing_leaves.setenv("VAULT_ADDR", heard.url)
        nothing_leaves.setenv("VAULT_TOKEN", TOKEN)
        yield heard


@pytest.mark.parametrize("path", ["secret/revops/clari", "kv/clari", "team/kv/clari"])
def test_the_field_at_a_path_is_read_whatever_the_mount_and_its_version(ask: Ask, path: str) -> None:
    secret = ask(f"vault://{path}#api_key")
    assert secret.reveal() == VALUE
    assert secret.where == f"field api_key of secret {path} in Vault"


def test_an_earlier_version_is_read_by_its_number(ask: Ask) -> None:
    assert ask("vault://secret/revops/clari?version=1#api_key").reveal() == "the-key-before"


def test_the_namespace_of_the_reference_goes_before_that_of_the_machine(
    served: Heard, ask: Ask, nothing_leaves: pytest.MonkeyPatch
) -> None:
    nothing_leaves.setenv("VAULT_NAMESPACE", "ops")
    ask("vault://kv/clari#api_key")
    ask("vault://kv/clari?namespace=revops#api_key")
    assert [headers["X-Vault-Namespace"] for *_, headers in served.requests] == ["ops", "ops", "revops", "revops"]


def test_the_token_that_vault_login_left_behind_is_used(
    ask: Ask, nothing_leaves: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing_leaves.delenv("VAULT_TOKEN")
    (tmp_path / ".vault-token").write_text(TOKEN + "\n")
    assert ask("vault://kv/clari#api_key").reveal() == VALUE


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("vault://secret/revops/salesforce#api_key", "does not exist, or was deleted"),
        ("vault://secret/data/revops/clari#api_key", "which is that of `vault kv get`, without data/"),
        ("vault://secret/gone#api_key", "does not exist, or was deleted"),
        ("vault://secret/revops/clari?version=9#api_key", "correct the version"),
        ("vault://nowhere/clari#api_key", "or nothing is mounted there"),
        ("vault://secret/revops/clari#apikey", "is missing; its nearest field is api_key"),
    ],
)
def test_what_is_not_there_is_one_line(refusal: Refusal, reference: str, said: str) -> None:
    assert said in refusal(reference)


def test_who_may_not_read_the_path_is_told_so(vault: Vault, refusal: Refusal) -> None:
    vault.forbidden = frozenset({"secret/revops/clari"})
    assert "secret secret/revops/clari in Vault may not be read" in refusal("vault://secret/revops/clari#api_key")


def test_a_token_that_vault_does_not_know_is_refused_and_not_shown(
    refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    nothing_leaves.setenv("VAULT_TOKEN", "hvs.expired-long-ago")
    assert "or the token has expired" in refusal("vault://kv/clari#api_key")


@pytest.mark.parametrize("token", ["", " ", "hvs.two\nlines", "hvs.é"])
def test_without_a_usable_token_nothing_is_asked(
    served: Heard, refusal: Refusal, nothing_leaves: pytest.MonkeyPatch, token: str
) -> None:
    nothing_leaves.setenv("VAULT_TOKEN", token)
    assert refusal("vault://kv/clari#api_key") == "no usable token for Vault; vault login, or set VAULT_TOKEN"
    assert served.requests == []


def test_a_sealed_vault_says_so(vault: Vault, refusal: Refusal) -> None:
    vault.sealed = True
    assert "is it sealed?" in refusal("vault://kv/clari#api_key")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "VAULT_ADDR is not set"),
        ("http://127.0.0.1:1", "Vault could not be reached (ConnectionError)"),
        ("vault.example.com", "Vault could not be reached (MissingSchema)"),
        ("http://", "Vault could not be reached (InvalidURL)"),
    ],
)
def test_an_address_without_a_vault_is_one_line(
    served: Heard, refusal: Refusal, nothing_leaves: pytest.MonkeyPatch, address: str, said: str
) -> None:
    nothing_leaves.setenv("VAULT_ADDR", address)
    assert said in refusal("vault://kv/clari#api_key")
    assert served.requests == []


def test_a_vault_without_tls_is_not_spoken_to_without_it(
    served: Heard, refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    nothing_leaves.setenv("VAULT_ADDR", served.url.replace("http://", "https://"))
    assert "Vault could not be reached over TLS" in refusal("vault://kv/clari#api_key")
    assert served.requests == []


def test_a_vault_that_is_silent_is_waited_for_as_long_as_was_said(
    refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    with silence() as url:
        nothing_leaves.setenv("VAULT_ADDR", url)
        assert "Vault" in refusal("vault://kv/clari#api_key", patience=0.5)


def test_the_token_does_not_follow_a_redirect_to_another_host(
    served: Heard, refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    with serving(lambda *_: (307, {}), location=served.url) as elsewhere:
        nothing_leaves.setenv("VAULT_ADDR", elsewhere.url)
        assert "redirects are not followed" in refusal("vault://kv/clari#api_key")
    assert len(elsewhere.requests) == 1
    assert served.requests == []


@pytest.mark.parametrize("document", [{}, {"data": None}, {"data": [VALUE]}, {"data": {"path": "kv/"}}])
def test_what_answers_and_is_no_vault_is_one_line(
    refusal: Refusal, nothing_leaves: pytest.MonkeyPatch, document: dict[str, object]
) -> None:
    nothing_leaves.setenv("VAULT_TOKEN", TOKEN)
    with serving(lambda *_: (200, document)) as other:
        nothing_leaves.setenv("VAULT_ADDR", other.url)
        assert refusal("vault://kv/clari#api_key")
