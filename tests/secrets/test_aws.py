"""References to AWS Secrets Manager, asked of moto's server: real requests of the real SDK, over a real socket."""

from __future__ import annotations

import json
import logging
import re
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.secrets.conftest import OTHER, VALUE, Ask, Refusal
from tests.secrets.servers import serving, silence

pytestmark = pytest.mark.usefixtures("aws")

REGION = "eu-west-1"
IDENTITY = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "a-secret-access-key"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def aws(server: str, nothing_leaves: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An AWS with nothing in it, at which this process is signed in."""
    reset(server)
    nothing_leaves.setenv("AWS_ENDPOINT_URL", server)
    nothing_leaves.setenv("AWS_REGION", REGION)
    nothing_leaves.setenv("AWS_ACCESS_KEY_ID", IDENTITY["aws_access_key_id"])
    nothing_leaves.setenv("AWS_SECRET_ACCESS_KEY", IDENTITY["aws_secret_access_key"])
    return nothing_leaves


def reset(server: str) -> None:
    urllib.request.urlopen(f"{server}/moto-api/reset", b"").close()  # noqa: S310 - an address of our own


def keep(name: str, *, region: str = REGION, **content: Any) -> Any:
    client = boto3.client("secretsmanager", region_name=region, **IDENTITY)
    return client.create_secret(Name=name, **content)


def document(**fields: object) -> str:
    return json.dumps({"api_key": VALUE, "password": OTHER, **fields})


def test_the_field_of_a_secret_is_read(ask: Ask) -> None:
    keep("revops/clari", SecretString=document())
    secret = ask("aws-sm://revops/clari#api_key")
    assert secret.reveal() == VALUE
    assert secret.where == "field api_key of secret revops/clari in AWS Secrets Manager"
    assert secret.reference == "aws-sm://revops/clari#api_key"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_secret_that_is_the_key_and_nothing_else_is_read_whole(ask: Ask, ending: str) -> None:
    keep("clari", SecretString=VALUE + ending)
    assert ask("aws-sm://clari").reveal() == VALUE


def test_an_arn_says_its_own_region(aws: pytest.MonkeyPatch, ask: Ask) -> None:
    made = keep("revops/clari", region="us-west-2", SecretString=document())
    assert ask(f"aws-sm://{made['ARN']}#api_key").reveal() == VALUE
    aws.delenv("AWS_REGION")
    assert ask(f"aws-sm://{made['ARN']}#api_key").reveal() == VALUE


def test_a_region_in_the_reference_goes_before_that_of_the_machine(ask: Ask, refusal: Refusal) -> None:
    keep("clari", region="us-west-2", SecretString=VALUE)
    assert ask("aws-sm://clari?region=us-west-2").reveal() == VALUE
    assert "eu-west-1, does not exist" in refusal("aws-sm://clari")


def test_an_earlier_version_is_read_by_its_stage_and_by_its_id(ask: Ask) -> None:
    first = keep("clari", SecretString=document(api_key="the-key-before"))
    client = boto3.client("secretsmanager", region_name=REGION, **IDENTITY)
    client.put_secret_value(SecretId="clari", SecretString=document())
    assert ask("aws-sm://clari#api_key").reveal() == VALUE
    assert ask("aws-sm://clari?version_stage=AWSPREVIOUS#api_key").reveal() == "the-key-before"
    assert ask(f"aws-sm://clari?version_id={first['VersionId']}#api_key").reveal() == "the-key-before"


def test_a_secret_that_is_not_there_is_one_line_with_name_and_region(refusal: Refusal) -> None:
    assert refusal("aws-sm://revops/clari#api_key") == (
        "secret revops/clari in AWS Secrets Manager, eu-west-1, does not exist; "
        "correct the name, the region or the version"
    )


@pytest.mark.parametrize(
    ("content", "reference", "said"),
    [
        ({"SecretString": "x"}, "aws-sm://clari?version_stage=NONE", "does not exist"),
        ({"SecretString": "x"}, "aws-sm://clari?version_id=short", "AWS knows no such name or version"),
        ({"SecretString": document()}, "aws-sm://clari", "is a JSON document; name the field"),
        ({"SecretString": document()}, "aws-sm://clari#apikey", "is missing; its nearest field is api_key"),
        ({"SecretString": document()}, "aws-sm://clari#token", "is missing; it has 2 fields, none like it"),
        ({"SecretString": document(api_key=5)}, "aws-sm://clari#api_key", "is no text"),
        ({"SecretString": document(api_key={"a": VALUE})}, "aws-sm://clari#api_key", "is no text"),
        ({"SecretString": document(api_key="")}, "aws-sm://clari#api_key", "is empty"),
        ({"SecretString": document(api_key=VALUE + "\n")}, "aws-sm://clari#api_key", "ends with white space"),
        ({"SecretString": document(api_key=VALUE + "\n" + VALUE)}, "aws-sm://clari#api_key", "holds a line break"),
        ({"SecretString": VALUE}, "aws-sm://clari#api_key", "the secret is no JSON object"),
        ({"SecretString": f'["{VALUE}"]'}, "aws-sm://clari#api_key", "the secret is no JSON object"),
        ({"SecretString": " "}, "aws-sm://clari", "is empty"),
        ({"SecretBinary": VALUE.encode() + b"\xff\xfe"}, "aws-sm://clari", "is binary"),
        ({"SecretBinary": VALUE.encode() + b"\0"}, "aws-sm://clari", "is binary"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_key_is_refused_without_being_shown(
    refusal: Refusal, content: dict[str, Any], reference: str, said: str
) -> None:
    keep("clari", **content)
    assert said in refusal(reference)


def test_a_secret_marked_for_deletion_says_so(refusal: Refusal) -> None:
    keep("clari", SecretString=VALUE)
    boto3.client("secretsmanager", region_name=REGION, **IDENTITY).delete_secret(SecretId="clari")
    assert "is marked for deletion" in refusal("aws-sm://clari")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, "AccessDeniedException", "may not be read; allow this role secretsmanager:GetSecretValue for it"),
        (400, "DecryptionFailure", "may not be decrypted; allow this role kms:Decrypt with the secret's key"),
        (400, "UnrecognizedClientException", "AWS Secrets Manager does not accept the credentials (Unrec"),
        (400, "ExpiredTokenException", "AWS Secrets Manager does not accept the credentials (Expired"),
        (400, "InvalidSignatureException", "AWS Secrets Manager does not accept the credentials (Invalid"),
        (400, "ThrottlingException", "AWS Secrets Manager could not answer (ThrottlingException); try again later"),
        (500, "InternalServiceError", "AWS Secrets Manager could not answer (InternalServiceError); try again later"),
        (403, "", "AWS Secrets Manager could not answer (403); try again later"),
    ],
)
def test_a_refusal_of_aws_is_told_in_words_of_ours(
    aws: pytest.MonkeyPatch, refusal: Refusal, status: int, code: str, said: str
) -> None:
    words = "User: arn:aws:sts::123456789012:assumed-role/someone is not authorized"
    answer = {"__type": code, "Message": words} if code else {}
    with serving(lambda *_: (status, answer)) as service:
        aws.setenv("AWS_ENDPOINT_URL", service.url)
        message = refusal("aws-sm://clari")
    assert said in message
    assert words not in message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no usable credentials for AWS (NoCredentialsError)"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "no usable credentials for AWS (PartialCredentialsError)"),
        ({"AWS_PROFILE": "gone"}, "no usable credentials for AWS (ProfileNotFound)"),
        ({"AWS_REGION": ""}, "no region for AWS"),
        ({"AWS_REGION": "not a region"}, "no region for AWS"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "could not be reached (EndpointConnectionError)"),
        ({"AWS_ENDPOINT_URL": "http://not an address"}, "could not be asked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_keeps_the_sdk_from_asking_is_one_line(
    aws: pytest.MonkeyPatch, refusal: Refusal, changes: dict[str, str], said: str
) -> None:
    for name, value in changes.items():
        if value:
            aws.setenv(name, value)
        else:
            aws.delenv(name)
    assert said in refusal("aws-sm://clari")


def test_a_server_without_tls_is_not_spoken_to_without_it(
    aws: pytest.MonkeyPatch, server: str, refusal: Refusal
) -> None:
    aws.setenv("AWS_ENDPOINT_URL", server.replace("http://", "https://"))
    assert "could not be reached over TLS" in refusal("aws-sm://clari")


def test_a_service_that_is_silent_is_waited_for_as_long_as_was_said(aws: pytest.MonkeyPatch, refusal: Refusal) -> None:
    with silence() as url:
        aws.setenv("AWS_ENDPOINT_URL", url)
        assert refusal("aws-sm://clari", patience=0.5).startswith("AWS Secrets Manager did not answer within 0.5 s")


def test_the_sdks_log_never_holds_the_answer(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    keep("clari", SecretString=document())
    logging.getLogger().setLevel(logging.DEBUG)
    with caplog.at_level(logging.DEBUG):
        ask("aws-sm://clari#api_key")
    assert VALUE not in caplog.text
    assert OTHER not in caplog.text


@pytest.mark.parametrize(("module", "extra"), [("boto3", "aws"), ("google.cloud", "gcp"), ("hvac", "vault")])
def test_a_missing_extra_says_which_to_install(
    nothing_leaves: pytest.MonkeyPatch, refusal: Refusal, module: str, extra: str
) -> None:
    scheme = {"aws": "aws-sm", "gcp": "gcp-sm", "vault": "vault"}[extra]
    nothing_leaves.delitem(sys.modules, f"clari_readiness.secrets.services.{extra}", raising=False)
    for name in (module, f"{module}.secretmanager_v1"):
        nothing_leaves.setitem(sys.modules, name, None)
    message = refusal(f"{scheme}://revops/clari#api_key")
    assert re.fullmatch(rf"{scheme}:// needs [a-z0-9-]+, which is not installed; pip install '.*\[{extra}\]'", message)
