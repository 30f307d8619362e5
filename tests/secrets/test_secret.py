from __future__ import annotations

import copy
import logging
import pickle

import pytest

from clari_readiness.secrets import Secret, fingerprint, fixture_key

VALUE = "cl4ri-0123456789"


@pytest.fixture
def secret() -> Secret:
    return Secret(VALUE, reference="env://CLARI_API_KEY", where="environment variable CLARI_API_KEY")


def test_a_secret_shows_where_it_is_from_and_its_length_and_never_its_value(secret: Secret) -> None:
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>80}", f"{secret!r:s}", "%s %r" % (secret, secret)):  # noqa: UP031
        assert VALUE not in shown
        assert "16 characters from environment variable CLARI_API_KEY" in shown


def test_a_secret_in_a_log_is_not_its_value(secret: Secret, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").debug("connecting with %s and %r", secret, {"key": secret})
    assert VALUE not in caplog.text


def test_a_secret_is_revealed_when_asked(secret: Secret) -> None:
    assert secret.reveal() == VALUE
    assert len(secret) == 16
    assert secret.reference == "env://CLARI_API_KEY"


@pytest.mark.parametrize("leave", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_neither_pickled_nor_copied(secret: Secret, leave: object) -> None:
    with pytest.raises(TypeError, match="not pickled") as refused:
        leave(secret)  # type: ignore[operator]
    assert VALUE not in str(refused.value)


def test_a_secret_has_no_dictionary_to_look_into(secret: Secret) -> None:
    assert not hasattr(secret, "__dict__")


def test_secrets_are_equal_when_their_values_are(secret: Secret) -> None:
    assert secret == Secret(VALUE, reference="file://key", where="file key")
    assert secret != Secret(VALUE + "x", reference=secret.reference, where=secret.where)
    assert secret != VALUE
    assert len({secret, Secret(VALUE, reference="x", where="x")}) == 1


def test_a_fingerprint_is_the_keyed_hash_that_rfc_2104_defines() -> None:
    key = Secret("what do ya want for nothing?", reference="", where="")
    assert fingerprint(key, "Jefe") == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_a_fingerprint_changes_with_the_token_and_with_the_salt(secret: Secret) -> None:
    other = Secret(VALUE + "x", reference="", where="")
    prints = {fingerprint(secret, "a"), fingerprint(secret, "b"), fingerprint(other, "a"), fingerprint(other, "b")}
    assert len(prints) == 4
    assert all(VALUE not in one for one in prints)


def test_fixture_keys_are_the_same_everywhere_and_different_from_each_other() -> None:
    assert fixture_key("recorded") == fixture_key("recorded") != fixture_key("simulated")
    assert fixture_key("recorded").startswith("fixture-")
    assert len(fixture_key("recorded")) == len("fixture-") + 40
