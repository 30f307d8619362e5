"""Every place of every contract says what may be recorded of it, and what says nothing is denied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clari_readiness.errors import ContractError
from clari_readiness.scrubbing.shapes import Shape, Shapes
from clari_readiness.validation import Contracts
from tests.validation import specimens

OPEN = {
    "activity_export": set(),
    "audit_events": {"$.items[].eventParameters"},
    "audit_export": {"$.items[].eventParameters"},
    "job": {"$.deliveryStatusMap", "$.job.deliveryStatusMap"},
    "jobs": {"$[].deliveryStatusMap", "$.jobs[].deliveryStatusMap"},
}
"""Objects of which no key is known: nothing inside them is ever recorded."""


@pytest.mark.parametrize("name", specimens.READ)
def test_every_key_of_a_contract_says_what_may_be_recorded_of_it(name: str) -> None:
    assert set(_silent(Shapes(Contracts().schema).of(name))) == OPEN.get(name, set())


def test_nothing_that_names_people_or_money_is_kept_as_it_is() -> None:
    shapes = Shapes(Contracts().schema)
    user = _at(shapes.of("forecast"), "users").properties
    assert {key: shape.fate.kind for key, shape in user.items() if shape.fate} == {
        "userId": "id",
        "name": "name",
        "email": "email",
        "crmId": "id",
        "scopeId": "id",
        "hierarchyId": "id",
        "hierarchyName": "name",
        "parentHierarchyId": "id",
        "parentHierarchyName": "name",
    }
    entry = _at(shapes.of("forecast"), "entries").properties
    amounts = {key for key, shape in entry.items() if shape.fate and shape.fate.kind == "amount"}
    assert amounts == {"forecastValue", "quotaValue", "adjustmentValue", "aggregationTotal", "crmClosed"}
    assert not [key for shape in (user, entry) for key, one in shape.items() if one.fate and one.fate.kind == "url"]


@pytest.mark.parametrize("said", ["keep", {"words": "DONE"}, {"like": 1}, {"words": [], "like": "x"}, 7])
def test_a_keyword_that_says_nothing_known_is_refused_by_its_contract(tmp_path: Path, said: object) -> None:
    for file in specimens.DIRECTORY.glob("*.schema.json"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "job_created.schema.json"
    schema = json.loads(path.read_text())
    schema["properties"]["jobId"]["x-recorded"] = said
    path.write_text(json.dumps(schema))
    with pytest.raises(ContractError, match=r"job_created\.schema\.json: x-recorded cannot be"):
        Shapes(Contracts(tmp_path).schema).of("job_created")


def _at(shape: Shape, key: str) -> Shape:
    items = shape.properties[key].items
    assert items is not None
    return items


def _silent(shape: Shape, at: str = "$") -> Iterator[str]:
    """Yield each place that has neither the keyword nor anything known inside."""
    if shape.fate is None and not shape.properties and shape.items is None:
        yield at
    for key, inner in shape.properties.items():
        yield from _silent(inner, f"{at}.{key}")
    if shape.items is not None:
        yield from _silent(shape.items, f"{at}[]")
