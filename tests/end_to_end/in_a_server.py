"""A place whose warehouse is a server: how it begins, what is asked of it in the end, what must be so then."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.end_to_end.holdings import Row
from tests.end_to_end.place import Place, Ran

ITEMS = ("RES-05", "API-05", "RES-06", "CLA-02", "CLA-12", "MON-01", "MON-04")
_OF_THE_LEDGER = ("RES-06", "CLA-02", "MON-01", "MON-04")


@dataclass(frozen=True)
class Afterwards:
    """What the commands say that look at what was loaded."""

    planned: Ran
    reconciled: Ran
    retained: Ran
    judged: Ran

    @property
    def all(self) -> tuple[Ran, ...]:
        return self.planned, self.reconciled, self.retained, self.judged


def fresh(directory: Path, url: str) -> Place:
    """Make a place with two quarters to export, into the warehouse of this URL."""
    place = Place.fresh(directory, history=1)
    line = "# it says itself where it listens"
    place.reword(line, f'{line}\nwarehouse = {{ url = "{url}" }}')
    return place


def afterwards(place: Place) -> Afterwards:
    return Afterwards(
        place.run("plan", "--env=simulated", "--json"),
        place.run("reconcile", "--env=simulated"),
        place.run("retention", "--env=simulated", "--dry-run"),
        place.gate("--env=simulated", "-k", " or ".join(ITEMS)),
    )


def by_job(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[Row]]:
    """Return the rows of each job, as `holdings.truth` has them."""
    found = defaultdict(list)
    for job_id, *row in rows:
        found[job_id].append(tuple(row))
    return {job_id: sorted(those, key=repr) for job_id, those in found.items()}


def assert_refused_for_another(busy: Ran) -> None:
    """See that an exporter ended with one line, since another one was at work."""
    assert busy.code == 1
    (line,) = busy.lines
    assert "another exporter is at work on this warehouse (process " in line
    assert "let it finish, or stop it" in line


def assert_two_jobs_are_loaded(place: Place, loaded: dict[str, list[Row]], true: dict[str, list[Row]]) -> None:
    """See that each quarter took one job, and that the rows are exact."""
    assert [json.loads(line["body"])["timePeriod"] for line in place.posts()] == ["2027_Q3", "2027_Q4"]
    assert len(loaded) == 2
    assert loaded == {job: true[job] for job in loaded}


def assert_settled(told: Afterwards) -> None:
    """See that nothing is due, and that Clari and the warehouse are the same."""
    assert [each["due"] for each in json.loads(told.planned.out)] == [False, False], told.planned
    assert told.reconciled.code == 0, told.reconciled
    assert told.retained.code == 0, told.retained


def assert_ledger_is_asked(place: Place, told: Afterwards, ledger: str) -> None:
    """See that the items pass, and that those about exports asked the ledger, which is called so there."""
    items = {each["id"]: each for each in place.report()["items"]}
    assert {id_: items[id_]["result"] for id_ in ITEMS} == dict.fromkeys(ITEMS, "PASS"), told.judged.said
    assert all(ledger in json.dumps(items[id_]["findings"]) for id_ in _OF_THE_LEDGER)
