"""Whether a recorded trial still counts: of the same exporter, recent enough, and of all that is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import clari_readiness
from clari_readiness.errors import NotVerified
from clari_readiness.trial.record import Record
from clari_readiness.trial.verdict import Verdict
from clari_readiness.trial.warehouses import BY_NATURE

LIVE = timedelta(days=7)
"""How old a trial may be that a live environment goes by."""

REHEARSED = timedelta(days=1)
"""How old one may be that a rehearsal uses again."""

_RUN = "run `clari-readiness trial`, all of it"


@dataclass(frozen=True)
class Wanted:
    """What a trial must be of to count: the exporter, its version, the suite's version, and whether in `full`.

    `exempt` are the reasons for which it may have left a surface out.
    """

    exporter: str
    version: str
    suite: str
    full: bool
    most: timedelta
    exempt: AbstractSet[str] = frozenset()


def standing(record: Record, wanted: Wanted, now: datetime) -> Record:
    """Return the record when it counts. Raises NotVerified that says why it does not."""
    age = now - record.when
    if record.exporter != wanted.exporter:
        raise NotVerified(f"the last trial was of {record.exporter}, not of {wanted.exporter}", way_out=_RUN)
    if not wanted.version:
        raise NotVerified(
            "nobody knows which version of the exporter was on trial",
            way_out='name what prints it: trial.version_command = ["git", "rev-parse", "HEAD"]',
        )
    if record.version != wanted.version:
        raise NotVerified(
            f"the last trial was of version {record.version or 'unknown'}, and this is {wanted.version}", way_out=_RUN
        )
    if record.suite != wanted.suite:
        raise NotVerified("the last trial was made with other scenarios than these", way_out=_RUN)
    if not timedelta() <= age <= wanted.most:
        raise NotVerified(f"the last trial is {age.days} days old, and at most {wanted.most.days} count", way_out=_RUN)
    if wanted.full and not record.full:
        raise NotVerified("the last trial was not a full one", way_out=_RUN)
    left_out = {each.reason for each in record.outcomes if each.verdict is Verdict.NOT_APPLICABLE}
    if forgotten := sorted(left_out - wanted.exempt - BY_NATURE):
        raise NotVerified(f"the last trial left out what is not exempt any more: {forgotten[0]}", way_out=_RUN)
    return record


def suite_version() -> str:
    """Return a hash of this package: another one may have other scenarios, laws, or another reference exporter."""
    root = Path(clari_readiness.__file__).parent
    digest = hashlib.sha256()
    for path in sorted((*root.rglob("*.py"), *root.rglob("*.sql"))):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
