from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clari_readiness.errors import SecretError
from clari_readiness.secrets import SCHEMES, Secret, is_secrets_manager, parse, resolve

VALUE = "cl4ri-0123456789"

Resolve = Callable[..., Secret]


@pytest.fixture
def resolved(tmp_path: Path) -> Resolve:
    def resolved(reference: str, environ: Mapping[str, str] | None = None) -> Secret:
        return resolve(reference, environ=environ or {}, base=tmp_path, fixtures={"recorded": VALUE})

    return resolved


def refusal(resolved: Resolve, reference: str, environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(SecretError) as refused:
        resolved(reference, environ)
    message = str(refused.value)
    assert "\n" not in message
    assert VALUE not in message
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return message


def test_an_environment_variable_is_read(resolved: Resolve) -> None:
    secret = resolved("env://CLARI_API_KEY_PROD", {"CLARI_API_KEY_PROD": VALUE})
    assert secret.reveal() == VALUE
    assert secret.where == "environment variable CLARI_API_KEY_PROD"
    assert secret.reference == "env://CLARI_API_KEY_PROD"


def test_an_environment_variable_that_is_injected_is_read_by_its_name(resolved: Resolve) -> None:
    assert resolved("env://KEY?injected_by=aws-secrets-manager", {"KEY": VALUE}).reveal() == VALUE


def test_an_unset_variable_is_one_line_that_says_how_to_set_it(resolved: Resolve) -> None:
    message = refusal(resolved, "env://CLARI_API_KEY_PROD")
    assert message == "environment variable CLARI_API_KEY_PROD is not set; set it: export CLARI_API_KEY_PROD=..."


@pytest.mark.parametrize("empty", ["", " ", "\n", "\t \n"])
def test_an_empty_variable_is_not_a_key(resolved: Resolve, empty: str) -> None:
    message = refusal(resolved, "env://CLARI_API_KEY", {"CLARI_API_KEY": empty})
    assert message == "environment variable CLARI_API_KEY is empty; set it: export CLARI_API_KEY=..."


def test_a_key_written_behind_env_is_not_repeated(resolved: Resolve) -> None:
    assert "abcdef0123456789abcdef" not in refusal(resolved, "env://abcdef0123456789abcdef")


@pytest.mark.parametrize(
    "value", [VALUE + "\n", " " + VALUE, VALUE + "\nsecond", VALUE + "\r\nX: y", VALUE + "é", VALUE + "\0"]
)
def test_a_value_that_no_header_can_carry_is_refused_and_not_shown(resolved: Resolve, value: str) -> None:
    assert "environment variable KEY" in refusal(resolved, "env://KEY", {"KEY": value})


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\n\n"])
def test_a_file_is_read_without_the_line_break_at_its_end(resolved: Resolve, tmp_path: Path, ending: str) -> None:
    (tmp_path / "key").write_bytes((VALUE + ending).encode())
    (tmp_path / "key").chmod(0o600)
    secret = resolved("file://key")
    assert secret.reveal() == VALUE
    assert secret.where == f"file {tmp_path / 'key'}"


def test_a_file_is_found_by_an_absolute_path_and_from_home(resolved: Resolve, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(VALUE)
    assert resolved(f"file://{tmp_path}/key").reveal() == VALUE
    assert resolved("file://~/key", {"HOME": str(tmp_path)}).reveal() == VALUE


@pytest.mark.parametrize(("mode", "who"), [(0o640, "the group"), (0o644, "everybody"), (0o604, "everybody")])
def test_a_file_that_others_may_read_is_good_and_says_so(
    resolved: Resolve, tmp_path: Path, mode: int, who: str
) -> None:
    (tmp_path / "key").write_text(VALUE)
    (tmp_path / "key").chmod(mode)
    assert resolved("file://key").where.endswith(f"which {who} may read")


def test_a_missing_file_is_one_line_that_says_how_to_write_it(resolved: Resolve, tmp_path: Path) -> None:
    assert refusal(resolved, "file://no/key").startswith(
        f"file {tmp_path}/no/key does not exist; write the key into it"
    )


def test_a_directory_is_not_a_key(resolved: Resolve) -> None:
    assert "is not a file" in refusal(resolved, "file://.")


def test_a_device_is_not_waited_for(resolved: Resolve) -> None:
    assert "is not a file" in refusal(resolved, "file:///dev/zero")


@pytest.mark.parametrize("content", [b"", b"\n", b"  \n"])
def test_an_empty_file_is_not_a_key(resolved: Resolve, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    assert "is empty" in refusal(resolved, "file://key")


@pytest.mark.parametrize("content", [VALUE.encode() + b"\nand more", b"\xff\xfe" + VALUE.encode(), b"x" * 70_000])
def test_a_file_that_holds_more_than_a_key_is_refused(resolved: Resolve, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    assert "let it hold the key and nothing else" in refusal(resolved, "file://key")


def test_a_path_through_a_file_or_in_a_loop_is_one_line(resolved: Resolve, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refusal(resolved, "file://file/key")
    assert refusal(resolved, "file://loop")


def test_a_fixture_is_looked_up_and_an_unknown_one_names_those_that_are_known(resolved: Resolve) -> None:
    assert resolved("fixture://recorded").reveal() == VALUE
    assert "known are fixture://recorded" in refusal(resolved, "fixture://other")


@pytest.mark.parametrize(
    "literal", ["sk-live-314159", "sk_live:314159", "Bearer 314159265", "x://314159265", "314159://y", ""]
)
def test_a_literal_is_refused_without_being_repeated(resolved: Resolve, literal: str) -> None:
    message = refusal(resolved, literal)
    assert "314159" not in message
    assert "env://" in message


@given(st.text(min_size=8).filter(lambda text: not any(text.startswith(scheme) for scheme in SCHEMES)))
def test_no_text_that_is_no_reference_is_repeated(text: str) -> None:
    """Law: whatever is given instead of a reference, the refusal does not hold it."""
    with pytest.raises(SecretError) as refused:
        parse(text)
    assert text not in str(refused.value)


@pytest.mark.parametrize(
    ("typo", "near"),
    [
        ("evn://KEY", "env"),
        ("ENV://KEY", "env"),
        ("env:KEY", "env"),
        ("env:/KEY", "env"),
        ("flie:///run/key", "file"),
        ("aws_sm://a#b", "aws-sm"),
        ("vualt://a", "vault"),
    ],
)
def test_a_typo_in_a_scheme_names_the_nearest(resolved: Resolve, typo: str, near: str) -> None:
    assert f"the nearest is {near}://" in refusal(resolved, typo)


@pytest.mark.parametrize(
    "reference",
    [
        "env://",
        "env://1KEY",
        "env://A B",
        "env://A?by=x",
        "env://A?injected_by=",
        "env://A?injected_by=x&y=z",
        "file://",
        "vault:// ",
        "aws-sm://",
        "aws-sm://#api_key",
        "aws-sm://two words#api_key",
        "aws-sm://clari#",
        "aws-sm://clari?versionid=1#api_key",
        "aws-sm://clari?region=#api_key",
        "aws-sm://clari?#api_key",
        "aws-sm://clari#api_key?region=eu-west-1",
        "aws-sm://arn:aws:secretsmanager:eu-west-1:123456789012:secret:clari-AbCdEf:api_key::",
        "aws-sm://arn:aws:iam::123456789012:role/clari",
        "gcp-sm://a/b/c",
        "gcp-sm://projects/revops/clari",
        "gcp-sm://projects/revops/secrets/clari/versions/",
        "gcp-sm://PROJECT/clari",
        "vault://secret/clari",
        "vault:///secret/clari#api_key",
        "vault://secret/clari/#api_key",
        "vault://secret/clari?mount=x#api_key",
    ],
)
def test_a_reference_that_is_not_whole_is_refused(resolved: Resolve, reference: str) -> None:
    assert refusal(resolved, reference, {"A": VALUE})


@pytest.mark.parametrize(
    ("reference", "target", "field", "options"),
    [
        ("aws-sm://revops/clari#api_key", "revops/clari", "api_key", {}),
        ("aws-sm://clari", "clari", "", {}),
        ("aws-sm://clari?region=eu-west-1&version_stage=AWSPREVIOUS#a b", "clari", "a b",
         {"region": "eu-west-1", "version_stage": "AWSPREVIOUS"}),
        ("aws-sm://rds!db-1", "rds!db-1", "", {}),
        ("gcp-sm://clari", "clari", "", {}),
        ("gcp-sm://example.com:revops/clari?version=3", "example.com:revops/clari", "", {"version": "3"}),
        ("gcp-sm://projects/1/secrets/clari/versions/5#k", "projects/1/secrets/clari/versions/5", "k", {}),
        ("vault://team/kv/clari?version=2&namespace=a/b#k", "team/kv/clari", "k", {"version": "2", "namespace": "a/b"}),
    ],
)  # fmt: skip
def test_a_reference_to_a_secrets_manager_is_taken_apart(
    reference: str, target: str, field: str, options: dict[str, str]
) -> None:
    parsed = parse(reference)
    assert (parsed.text, parsed.target, parsed.field, dict(parsed.options)) == (reference, target, field, options)


def test_a_reference_of_more_than_one_line_is_refused(resolved: Resolve) -> None:
    assert re.fullmatch(r"[^\n]+", refusal(resolved, "file://a\nb"))
    assert re.fullmatch(r"[^\n]+", refusal(resolved, "file://a\0b"))


@pytest.mark.parametrize(
    ("reference", "kind", "managed", "declared"),
    [
        ("aws-sm://a#b", "team", True, False),
        ("gcp-sm://a", "team", True, False),
        ("vault://a#b", "team", True, False),
        ("env://KEY", "team", False, False),
        ("env://KEY?injected_by=vault", "team", True, True),
        ("file://key", "team", False, False),
        ("fixture://recorded", "team", False, False),
        ("fixture://recorded", "recorded", True, False),
        ("fixture://simulated", "simulated", True, False),
        ("env://KEY", "recorded", False, False),
    ],
)
def test_a_secrets_manager_is_told_from_everything_else(
    reference: str, kind: str, managed: object, declared: object
) -> None:
    custody = is_secrets_manager(reference, kind)
    assert (bool(custody), custody.managed, custody.declared) == (managed, managed, declared)
    assert custody.keeper
