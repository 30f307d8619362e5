"""Faults in combination, drawn from a seed: the same seed and possibilities always give the same faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clari_readiness.errors import ReadinessError
from clari_readiness.simulator.faults.matching import Fault, Match
from clari_readiness.simulator.organisation.chance import number_for


@dataclass(frozen=True)
class Possibility:
    """A fault that may be drawn.

    `make` builds it for the requests that it is drawn for: some of those that `at` fits, at most `most` of them in a
    row, the first of them between the `earliest` and the `latest`, counted from 1.
    """

    name: str
    make: Callable[[Match], Fault]
    at: Match
    most: int = 1
    earliest: int = 1
    latest: int = 4


@dataclass(frozen=True)
class Drawn:
    """A fault that was drawn: which, and for which of the requests that `match` fits."""

    name: str
    match: Match
    fault: Fault

    def __str__(self) -> str:
        nth = sorted(self.match.nth or ())
        span = f"{nth[0]} to {nth[-1]}" if len(nth) > 1 else str(nth[0])
        return f"{self.name} ({self.match.method} {self.match.path}, {span})"


@dataclass(frozen=True)
class Combination:
    """The faults that a seed gives, in the order in which they act: the nearest to the network first."""

    seed: int
    drawn: tuple[Drawn, ...]

    def __str__(self) -> str:
        return f"seed {self.seed}: {'; '.join(map(str, self.drawn))}"

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the faults. They count for themselves, so each simulator needs a combination of its own."""
        return tuple(each.fault for each in self.drawn)


def combined(seed: int, possibilities: Sequence[Possibility], *, faults: int = 3) -> Combination:
    """Draw so many of the possibilities and place them; they act in the order in which they were listed.

    Raises ReadinessError when there are fewer, or when two have one name.
    """
    names = [each.name for each in possibilities]
    if len(set(names)) < len(names) or not 0 <= faults <= len(names):
        raise ReadinessError(
            f"{faults} faults cannot be drawn from {len(set(names))} names for {len(names)} possibilities",
            way_out="draw fewer, and name each but once",
        )
    # By its rank in a draw of its own, so that another possibility in the list does not move everything.
    chosen = sorted(names, key=lambda name: number_for(seed, "drawn", name))[:faults]
    return Combination(seed, tuple(_placed(seed, each) for each in possibilities if each.name in chosen))


def _placed(seed: int, possibility: Possibility) -> Drawn:
    span = possibility.latest - possibility.earliest + 1
    first = possibility.earliest + number_for(seed, "first", possibility.name) % span
    times = 1 + number_for(seed, "times", possibility.name) % possibility.most
    match = possibility.at.turns(*range(first, first + times))
    return Drawn(possibility.name, match, possibility.make(match))
