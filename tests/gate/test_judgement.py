"""How a check ended, and what that means."""

from pathlib import Path

import pytest

from clari_readiness.errors import NotVerified, Unreachable
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.items import Promise
from clari_readiness.gate.judgement import judge
from clari_readiness.model.findings import Finding, Item, Result

PROMISE = Promise(Item("OWN-01", "a promise", "P2", ("settings",)), "settings")


def judged(
    error: BaseException | None, *, in_call: bool = True, roots: tuple[Path, ...] = (), seen: bool = True
) -> Finding:
    log = EvidenceLog()
    if seen:
        log.saw("something", 1)
        log.concludes("something is 1")
    return judge(
        PROMISE,
        check="checks/test_own.py::test_it",
        why="Because.",
        error=error,
        in_call=in_call,
        evidence=log,
        check_roots=roots or (Path(__file__).parent,),
        seconds=0.1,
    )


def raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - it needs a traceback from this file
    except BaseException as caught:  # noqa: BLE001 - handed on as it is
        return caught


def test_a_check_that_saw_evidence_and_raised_nothing_passes() -> None:
    assert judged(None).result is Result.PASS


def test_a_check_that_saw_nothing_has_not_passed() -> None:
    assert judged(None, seen=False).result is Result.NOT_VERIFIED
    assert "without having seen any evidence" in judged(None, seen=False).observed


def test_a_check_that_concluded_nothing_has_not_passed() -> None:
    log = EvidenceLog()
    log.saw("what a fixture saw", 1)
    found = judge(PROMISE, check="c", why=None, error=None, in_call=True, evidence=log, check_roots=(), seconds=0)
    assert found.result is Result.NOT_VERIFIED


def test_its_own_assertion_is_a_failure() -> None:
    found = judged(raised(AssertionError("observed 3, expected 5")))
    assert (found.result, found.observed) == (Result.FAIL, "observed 3, expected 5")


def test_an_assertion_of_a_library_is_not_a_statement_about_the_integration() -> None:
    assert judged(raised(AssertionError("internal")), roots=(Path("/nowhere"),)).result is Result.NOT_VERIFIED


def test_an_assertion_in_a_fixture_is_not_the_checks_own() -> None:
    assert judged(raised(AssertionError("set-up")), in_call=False).result is Result.NOT_VERIFIED


def test_not_verified_carries_its_cause_and_what_it_would_take() -> None:
    found = judged(raised(NotVerified("no key", way_out="set it")))
    assert (found.result, found.cause, found.fix) == (Result.NOT_VERIFIED, "no key", "set it")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyError("y"),
        Unreachable("no route"),
        SystemExit(0),
        RuntimeError(),
        pytest.skip.Exception("later"),
    ],
)
def test_any_other_error_is_not_verified_and_named(error: BaseException) -> None:
    found = judged(raised(error))
    assert found.result is Result.NOT_VERIFIED
    assert str(error).partition(";")[0] in found.observed


def test_a_warning_belongs_to_a_pass_alone() -> None:
    log = EvidenceLog()
    log.saw("something", 1)
    log.warns("it will be 2 tomorrow")
    log.concludes("something is 1")
    roots = (Path(__file__).parent,)
    found = [
        judge(PROMISE, check="c", why=None, error=error, in_call=True, evidence=log, check_roots=roots, seconds=0)
        for error in (None, raised(AssertionError("no")), NotVerified("no key"))
    ]
    assert [one.warning for one in found] == ["it will be 2 tomorrow", "", ""]


def test_the_explanation_of_the_check_is_kept_apart_from_its_message() -> None:
    log = EvidenceLog()
    log.saw("x", 1)
    message = log.fails("2 rows", expected="3 rows", fix="export again")
    found = judge(
        PROMISE,
        check="c",
        why=None,
        error=raised(AssertionError(message)),
        in_call=True,
        evidence=log,
        check_roots=(Path(__file__).parent,),
        seconds=0,
    )
    assert (found.observed, found.expected, found.fix) == ("2 rows", "3 rows", "export again")
