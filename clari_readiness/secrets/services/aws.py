"""AWS Secrets Manager, with the credentials and the region that boto3 finds as every tool of AWS does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from clari_readiness.errors import SecretError
from clari_readiness.secrets.references import Reference

_NAME = "AWS Secrets Manager"
_CREDENTIALS = "no usable credentials for AWS", "set AWS_PROFILE, or what else gives this process a role"
_REGION = "no region for AWS", "set AWS_REGION, or write ?region=eu-west-1 before the #"
_UNREACHABLE = f"{_NAME} could not be reached", "look at the region, the network, and the proxy"
_BUSY = f"{_NAME} could not answer", "try again later"

_REFUSALS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AccessDeniedException": ("may not be read", "allow this role secretsmanager:GetSecretValue for it"),
        "DecryptionFailure": ("may not be decrypted", "allow this role kms:Decrypt with the secret's key"),
        "ResourceNotFoundException": ("does not exist", "correct the name, the region or the version"),
        "InvalidRequestException": ("is marked for deletion or has no such version", "restore it, or name another"),
        "InvalidParameterException": ("does not exist: that is no name or version", "correct the reference"),
        "ValidationException": ("does not exist: that is no name or version", "correct the reference"),
    }
)
_BAD_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_CAUSES: tuple[tuple[str, tuple[str, str]], ...] = (
    ("ParamValidationError", ("AWS knows no such name or version", "correct the reference")),
    ("NoRegionError", _REGION),
    ("InvalidRegionError", _REGION),
    ("SSLError", (f"{_NAME} could not be reached over TLS", "look at AWS_CA_BUNDLE and the proxy")),
    ("HTTPClientError", _UNREACHABLE),
    ("ConnectionError", _UNREACHABLE),
)
"""Errors of botocore by the name of a class in their line -> what they mean; any other concerns the credentials."""


def read(reference: Reference, environ: Mapping[str, str], patience: float) -> bytes:
    """Return the content of a secret. Raises SecretError, without a word of what AWS answered."""
    region = reference.options.get("region") or _region_of(reference.target) or environ.get("AWS_REGION") or None
    versions = {"version_id": "VersionId", "version_stage": "VersionStage"}
    asked = {theirs: reference.options[ours] for ours, theirs in versions.items() if ours in reference.options}
    patient = Config(
        connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 2, "mode": "standard"}
    )
    try:
        client = boto3.session.Session().client("secretsmanager", region_name=region, config=patient)
        answer = client.get_secret_value(SecretId=reference.target, **asked)
    except ClientError as error:
        where = f"secret {reference.target} in {_NAME}, {client.meta.region_name},"
        raise _refused(str(error.response.get("Error", {}).get("Code", "")), where) from None
    except BotoCoreError as error:
        raise _broken(error) from None
    text = answer.get("SecretString")
    return text.encode() if text is not None else bytes(answer.get("SecretBinary", b""))


def _region_of(target: str) -> str:
    return target.split(":")[3] if target.startswith("arn:") else ""


def _refused(code: str, where: str) -> SecretError:
    if code in _BAD_CREDENTIALS:
        return SecretError(f"{_NAME} does not accept the credentials ({code})", way_out="renew them: aws sso login")
    if code in _REFUSALS:
        text, way_out = _REFUSALS[code]
        return SecretError(f"{where} {text}", way_out=way_out)
    return SecretError(f"{_BUSY[0]} ({code:.60})", way_out=_BUSY[1])


def _broken(error: BotoCoreError) -> SecretError:
    """Say what kept the SDK from asking. Its own words are left out: they may hold what it was given."""
    line = [each.__name__ for each in type(error).__mro__]
    text, way_out = next((said for name, said in _CAUSES if name in line), _CREDENTIALS)
    return SecretError(f"{text} ({type(error).__name__})", way_out=way_out)
