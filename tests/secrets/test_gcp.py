"""References to Google Secret Manager: real requests of the real SDK to a small server that answers as Google does.

The account is a service account with a key of its own, so each request carries an assertion that it has signed, as
with Google itself. The metadata server of Google's machines is never asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.secrets.conftest import OTHER, VALUE, Ask, Refusal
from tests.secrets.servers import GoogleSecretManager, Heard, refusing, serving, silence

ENDPOINT = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"
pytestmark = pytest.mark.usefixtures("served")

LATEST = "projects/revops/secrets/clari/versions/latest"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def google(key: rsa.RSAPrivateKey) -> GoogleSecretManager:
    shape = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.PEM, shape).decode()
    return GoogleSecretManager(
        kept={
            LATEST: json.dumps({"api_key": VALUE, "password": OTHER}).encode(),
            "projects/revops/secrets/clari/versions/3": b'{"api_key": "the-key-before"}',
            "projects/revops/secrets/plain/versions/latest": VALUE.encode() + b"\n",
            "projects/revops/secrets/binary/versions/latest": VALUE.encode() + b"\xff\xfe",
            "projects/revops/locations/europe-west3/secrets/clari/versions/latest": VALUE.encode(),
        },
        public_key=public,
    )


@pytest.fixture
def served(
    google: GoogleSecretManager, nothing_leaves: pytest.MonkeyPatch, key: rsa.RSAPrivateKey, tmp_path: Path
) -> Iterator[Heard]:
    shape = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, shape, serialization.NoEncryption()).decode()
    with serving(google) as heard:
        account = {
            "type": "service_account",
            "project_id": "revops",
            "private_key_id": "1",
            "private_key": private,
            "client_email": "clari@revops.iam.gserviceaccount.com",
            "token_uri": f"{heard.url}/token",
        }
        (tmp_path / "account.json").write_text(json.dumps(account))
        nothing_leaves.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
        nothing_leaves.setenv(ENDPOINT, f"{heard.url}/")
        yield heard


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("gcp-sm://revops/clari#api_key", VALUE),
        ("gcp-sm://clari#api_key", VALUE),
        ("gcp-sm://projects/revops/secrets/clari#api_key", VALUE),
        ("gcp-sm://revops/clari?version=3#api_key", "the-key-before"),
        ("gcp-sm://projects/revops/secrets/clari/versions/3#api_key", "the-key-before"),
        ("gcp-sm://projects/revops/locations/europe-west3/secrets/clari", VALUE),
        ("gcp-sm://revops/plain", VALUE),
    ],
)
def test_a_secret_is_read_under_each_of_its_names(ask: Ask, reference: str, value: str) -> None:
    secret = ask(reference)
    assert secret.reveal() == value
    assert secret.where.endswith(" in Google Secret Manager")


def test_the_project_of_the_machine_goes_before_that_of_the_account(
    served: Heard, refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    nothing_leaves.setenv("GOOGLE_CLOUD_PROJECT", "other")
    assert "does not exist" in refusal("gcp-sm://clari#api_key")
    assert "/v1/projects/other/secrets/clari/versions/latest:access" in served.paths[-1]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("gcp-sm://revops/none", "secret revops/none in Google Secret Manager or its version does not exist"),
        ("gcp-sm://revops/clari?version=9#api_key", "or its version does not exist"),
        ("gcp-sm://revops/clari", "is a JSON document; name the field"),
        ("gcp-sm://revops/clari#token", "is missing; it has 2 fields"),
        ("gcp-sm://revops/binary", "is binary, and a key is text"),
    ],
)
def test_what_is_no_key_is_refused_without_being_shown(refusal: Refusal, reference: str, said: str) -> None:
    assert said in refusal(reference)


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (400, "FAILED_PRECONDITION", "has that version disabled or destroyed"),
        (403, "PERMISSION_DENIED", "may not be read; give this account the role Secret Manager Secret Accessor on it"),
        (429, "RESOURCE_EXHAUSTED", "could not answer (429); try again later"),
        (503, "UNAVAILABLE", "could not answer (503); try again later"),
    ],
)
def test_a_refusal_of_google_is_told_in_words_of_ours(
    google: GoogleSecretManager, refusal: Refusal, code: int, status: str, said: str
) -> None:
    google.refused = refusing(code, status)
    message = refusal("gcp-sm://revops/clari#api_key")
    assert said in message
    assert "the service's own words" not in message


def test_an_account_whose_key_was_revoked_is_one_line(google: GoogleSecretManager, refusal: Refusal) -> None:
    google.public_key = google.public_key.replace("A", "B", 20)
    assert refusal("gcp-sm://revops/clari#api_key").startswith("Google Secret Manager does not accept the credentials")


@pytest.mark.parametrize("content", ["", "{}", "no JSON", '{"type": "service_account", "private_key": "x"}'])
def test_an_account_that_cannot_be_read_is_one_line_that_does_not_repeat_it(
    served: Heard, refusal: Refusal, tmp_path: Path, content: str
) -> None:
    (tmp_path / "account.json").write_text(content)
    message = refusal("gcp-sm://revops/clari#api_key")
    assert message.startswith("no usable credentials for Google Cloud")
    assert served.requests == []


def test_without_an_account_the_metadata_server_is_not_asked_here_and_the_line_says_how_to_sign_in(
    served: Heard, refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    nothing_leaves.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    assert "gcloud auth application-default login" in refusal("gcp-sm://revops/clari#api_key")
    assert served.requests == []


def test_an_address_where_nobody_listens_is_one_line(refusal: Refusal, nothing_leaves: pytest.MonkeyPatch) -> None:
    nothing_leaves.setenv(ENDPOINT, "http://127.0.0.1:1")
    assert "Google Secret Manager could not be reached" in refusal("gcp-sm://revops/clari#api_key")


def test_a_service_that_is_silent_is_waited_for_as_long_as_was_said(
    refusal: Refusal, nothing_leaves: pytest.MonkeyPatch
) -> None:
    with silence() as url:
        nothing_leaves.setenv(ENDPOINT, url)
        assert "Google Secret Manager" in refusal("gcp-sm://revops/clari#api_key", patience=0.5)
