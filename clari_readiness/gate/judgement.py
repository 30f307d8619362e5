"""From how a check ended to what it found: only its own assertion is a failure, only what saw evidence is a pass."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from clari_readiness.errors import NotVerified, ReadinessError
from clari_readiness.gate.evidence import EvidenceLog
from clari_readiness.gate.items import Promise
from clari_readiness.model.findings import Finding, Result


def judge(
    promise: Promise,
    *,
    check: str,
    why: str | None,
    error: BaseException | None,
    in_call: bool,
    evidence: EvidenceLog,
    check_roots: Sequence[Path],
    seconds: float,
) -> Finding:
    """Return what a check found.

    `error` is what the check, or one of its fixtures, raised, or None; `in_call` is False for set-up and tear-down;
    `check_roots` are the directories in which an assertion counts as a check's own.
    """
    base = Finding(
        item=promise.item.id,
        source=promise.source,
        result=Result.NOT_VERIFIED,
        check=check,
        why=inspect.cleandoc(why or ""),
        evidence=tuple(evidence.seen),
        seconds=seconds,
    )
    if error is None:
        return _passed(base, evidence)
    if isinstance(error, NotVerified):
        return replace(base, observed=error.message, fix=error.way_out, cause=error.message)
    if in_call and isinstance(error, AssertionError) and _is_own(error, check_roots):
        return _failed(base, error, evidence)
    return _crashed(base, error)


def _passed(base: Finding, evidence: EvidenceLog) -> Finding:
    if not (evidence.seen and evidence.summary):
        blind = "the check ended without having " + ("concluded anything" if evidence.seen else "seen any evidence")
        return replace(base, observed=blind, fix="let the check record what it saw, and conclude from it")
    return replace(
        base, result=Result.PASS, observed=evidence.summary, declared=evidence.declared, warning=evidence.warning
    )


def _failed(base: Finding, error: AssertionError, evidence: EvidenceLog) -> Finding:
    observed = evidence.observed or str(error).partition("\nassert ")[0] or "the assertion failed"
    return replace(base, result=Result.FAIL, observed=observed, expected=evidence.expected, fix=evidence.fix)


def _crashed(base: Finding, error: BaseException) -> Finding:
    if isinstance(error, ReadinessError):
        return replace(base, observed=error.message, fix=error.way_out, cause=error.message)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return replace(
        base,
        observed=f"the check could not look: {type(error).__name__}: {error}{place}",
        fix="mend the check, or report it: this is not a statement about the integration",
    )


def _is_own(error: AssertionError, roots: Sequence[Path]) -> bool:
    """Tell whether the assertion was raised by a check, not inside a library that it called."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return False
    raised_in = Path(frames[-1].filename).resolve()
    return any(raised_in.is_relative_to(root) for root in roots)
