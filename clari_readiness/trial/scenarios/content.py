"""Content: amounts, names, keys that come and go, people who vanish (F13, F15, F17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clari_readiness.simulator import (
    AmountTooLarge,
    ChangedType,
    MissingKey,
    OddAmounts,
    OddNames,
    UnknownKey,
    Unordered,
    VanishedPerson,
)
from clari_readiness.trial.course import End
from clari_readiness.trial.laws.rows import vanished_are_kept
from clari_readiness.trial.plays import after_a_good_run, and_recovers, once
from clari_readiness.trial.scenario import Scenario
from clari_readiness.trial.scenarios.making import made


@dataclass(frozen=True)
class _Enormous(AmountTooLarge):
    """An exporter whose columns hold it, loads it as it is; any other refuses the document."""

    legitimate: ClassVar[bool] = True


SCENARIOS = (
    Scenario(
        "content_amounts",
        ("CLA-08",),
        "amounts had cents, were below zero, zero, null, and had 15 digits",
        once,
        End.COMPLETE,
        made(lambda _: OddAmounts()),
        quick=True,
    ),
    Scenario(
        "content_amount_too_large",
        ("CLA-08", "CLA-11"),
        "one amount had 22 digits",
        after_a_good_run,
        End.EITHER,
        made(lambda _: _Enormous()),
    ),
    Scenario(
        "content_names",
        ("CLA-10",),
        "names were formulas, HTML, quotes, SQL, emoji and text from right to left",
        once,
        End.COMPLETE,
        made(lambda _: OddNames()),
        quick=True,
    ),
    Scenario(
        "content_unordered",
        ("API-05",),
        "weeks, people and entries came in no order",
        once,
        End.COMPLETE,
        made(lambda _: Unordered()),
    ),
    Scenario(
        "content_vanished",
        ("CLA-07",),
        "a person was in no later export",
        after_a_good_run,
        End.COMPLETE,
        made(lambda _: VanishedPerson()),
        laws=(vanished_are_kept,),
        quick=True,
    ),
    Scenario(
        "content_unknown_key",
        ("CLA-09",),
        "there were keys that nobody had heard of",
        once,
        End.COMPLETE,
        made(lambda _: UnknownKey()),
        quick=True,
    ),
    Scenario(
        "content_missing_key",
        ("CLA-09", "CLA-11"),
        "entries came without userId",
        and_recovers,
        End.LOUD,
        made(lambda _: MissingKey(key="userId")),
    ),
    Scenario(
        "content_missing_amount",
        ("CLA-09", "CLA-11"),
        "entries came without forecastValue, which had been asked for",
        and_recovers,
        End.LOUD,
        made(lambda _: MissingKey(key="forecastValue")),
        quick=True,
    ),
    Scenario(
        "content_changed_type",
        ("CLA-09", "CLA-11"),
        "amounts came as text for people",
        and_recovers,
        End.LOUD,
        made(lambda _: ChangedType()),
    ),
)
