"""The laws of opportunities (F30): at most a hundred a request, each asked for once, and kept as last seen."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clari_readiness.client.client import ClariClient
from clari_readiness.client.transport import Deadline, Request, Response
from clari_readiness.errors import DocumentRefused
from clari_readiness.exporter import export_opportunities
from clari_readiness.model.time import SteppedClock
from clari_readiness.warehouse.events import EventStore
from tests.exporter.conftest import CONTRACTS
from tests.warehouse.parsed import Parsed

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
UNKNOWN = 7
"""Clari knows no opportunity whose number is divisible by it."""


@dataclass
class Opportunities:
    """A transport that knows opportunities, in one of the two shapes, and remembers what it was asked for."""

    wrapped: bool = False
    scores: Mapping[str, Any] | None = None
    asked: list[list[str]] = field(default_factory=list)

    def send(self, request: Request, deadline: Deadline) -> Response:  # noqa: ARG002 - it never waits
        ids = [value for name, value in request.params if name == "oppId"]
        self.asked.append(ids)
        found = [self.known(id_) for id_ in reversed(ids) if self.knows(id_)]  # in an order of its own
        document = {"opportunities": found} if self.wrapped else found
        return Response(200, {}, b"", 0.0, request.path_or_url, document)

    def close(self) -> None: ...

    def knows(self, id_: str) -> bool:
        return id_ in self.scores if self.scores is not None else bool(int(id_) % UNKNOWN)

    def known(self, id_: str) -> dict[str, Any]:
        score = self.scores[id_] if self.scores is not None else int(id_)
        return {"id": id_, "crmScore": {"score": score}, "fields": [{"id": "Amount", "value": score}]}

    def client(self) -> ClariClient:
        return ClariClient(self, clock=SteppedClock(NOW))


@given(st.integers(0, 350), st.integers(0, 350), st.integers(), st.booleans())
@example(different=100, repeated=0, seed=0, wrapped=False)
@example(different=200, repeated=350, seed=0, wrapped=True)
def test_law_each_id_is_asked_for_once_at_most_a_hundred_a_request(
    different: int, repeated: int, seed: int, wrapped: bool
) -> None:
    """Law: every id in one request and in no other, in as few as can be; what Clari knows comes back once each."""
    chance, every = random.Random(seed), [str(number) for number in range(different)]
    ids = [*every, *(chance.choice(every) for _ in range(repeated if every else 0))]
    chance.shuffle(ids)
    clari = Opportunities(wrapped)
    found = [each["id"] for each in clari.client().opportunities(iter(ids))]
    asked = [id_ for batch in clari.asked for id_ in batch]
    assert sorted(asked) == sorted(every)
    assert all(1 <= len(batch) <= 100 for batch in clari.asked)
    assert len(clari.asked) == -(-different // 100)
    assert sorted(found) == sorted(id_ for id_ in every if clari.knows(id_))


IDS = st.sampled_from(["006A", "006B", "006C", "006D", "006E"])
SCORES = st.integers(0, 3) | st.none()
exports = st.tuples(
    st.lists(IDS, max_size=8),
    st.dictionaries(IDS, SCORES, max_size=5),
    st.booleans(),
    st.sampled_from([True, True, True, False]),
)


class Store(EventStore):
    def __init__(self) -> None:
        super().__init__(Path(":memory:"))
        self._connection = Parsed(self._connection)  # type: ignore[assignment]

    def forget(self) -> None:
        self._connection.execute("DELETE FROM opportunities")

    def kept(self) -> dict[str, tuple[Any, ...]]:
        rows = self._connection.execute("SELECT opportunity_id, score, fields, exported_at FROM opportunities")
        return {id_: (score, msgspec.json.decode(fields), at) for id_, score, fields, at in rows.fetchall()}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with Store() as opened:
        yield opened


@pytest.mark.database
@given(st.lists(exports, min_size=1, max_size=4))
def test_law_opportunities_are_as_last_seen_and_those_that_were_not_asked_for_stay(
    store: Store, several: list[tuple[list[str], dict[str, Any], bool, bool]]
) -> None:
    """Law: what an export saw replaces what was there of it, and nothing else; one that breaks the contract nothing."""
    store.forget()
    clock, expected = SteppedClock(NOW), dict[str, tuple[Any, ...]]()
    for ids, scores, wrapped, valid in several:
        clock.sleep(AN_HOUR.total_seconds())
        seen = {id_: scores[id_] for id_ in ids if id_ in scores}
        client = Opportunities(wrapped, scores if valid else dict.fromkeys(scores, "high")).client()
        if valid or not seen:
            done = export_opportunities(ids, client, store, CONTRACTS, clock)
            assert (done.kept, set(done.unknown)) == (len(seen), set(ids) - set(scores))
            at = clock.now().replace(tzinfo=None)
            expected |= {id_: (score, [{"id": "Amount", "value": score}], at) for id_, score in seen.items()}
        else:
            with pytest.raises(DocumentRefused):
                export_opportunities(ids, client, store, CONTRACTS, clock)
        assert store.kept() == expected
