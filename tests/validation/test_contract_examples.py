from __future__ import annotations

import functools
import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from clari_readiness.validation import Contracts
from tests.validation import specimens
from tests.validation.mutants import Mutant, mutants, unknown_keywords

EVERY = pytest.mark.parametrize("name", specimens.READ)
VALID = [(name, stem) for name in specimens.READ for stem in specimens.valid(name)]
INVALID = [(name, stem) for name in specimens.READ for stem in specimens.invalid(name)]


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return Contracts(specimens.DIRECTORY)


@EVERY
def test_a_contract_is_json_schema_and_says_what_it_is_about(name: str) -> None:
    schema = specimens.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{name}.schema.json"
    assert schema["title"]
    assert re.search(r"\bF[0-9]+\b", schema["description"]), "the description cites the fact it rests on"


@EVERY
def test_a_contract_is_open_to_keys_that_are_new(name: str) -> None:
    text = json.dumps(specimens.schema(name))
    assert "additionalProperties" not in text
    assert "unevaluatedProperties" not in text


@EVERY
def test_files_are_indented_by_two_and_end_with_a_line_end(name: str) -> None:
    files = [specimens.DIRECTORY / f"{name}.schema.json", *specimens.files(name, "*")]
    odd = [file.name for file in files if _canonical(file) != file.read_text(encoding="utf-8")]
    assert odd == []


@EVERY
def test_every_pattern_has_an_example_that_it_matches(name: str) -> None:
    for part in _objects_in(specimens.schema(name)):
        if "pattern" in part:
            assert re.search(part["pattern"], part["examples"][0])


def test_the_page_about_contracts_lists_them_all() -> None:
    page = (specimens.DIRECTORY.parent / "docs" / "contracts.md").read_text(encoding="utf-8")
    listed = {name for line in page.splitlines() if line.startswith("| `") for name in re.findall("`([a-z_]+)`", line)}
    assert listed == set(specimens.READ)


def test_every_example_belongs_to_a_contract() -> None:
    directories = {path.name for path in (specimens.DIRECTORY / "examples").iterdir()}
    assert directories - {"report"} == set(specimens.READ)


@pytest.mark.parametrize(("name", "stem"), VALID)
def test_a_valid_example_is_accepted(contracts: Contracts, name: str, stem: str) -> None:
    assert contracts.violations(name, specimens.valid(name)[stem]) == ()


@pytest.mark.parametrize(("name", "stem"), INVALID)
def test_an_invalid_example_is_refused_where_it_says_and_nowhere_else(
    contracts: Contracts, name: str, stem: str
) -> None:
    refused_at, document = specimens.invalid(name)[stem]
    assert {violation.path for violation in contracts.violations(name, document)} == {refused_at}


@pytest.mark.parametrize("stem", specimens.valid("forecast"))
def test_a_valid_forecast_lists_what_its_entries_refer_to(contracts: Contracts, stem: str) -> None:
    assert contracts.references(specimens.valid("forecast")[stem]) == ()


@EVERY
def test_only_keywords_that_the_mutants_know_are_used(name: str) -> None:
    assert unknown_keywords(specimens.schema(name)) == set()


@EVERY
def test_every_rule_has_an_example_that_notices_its_absence(name: str, tmp_path: Path) -> None:
    """Without any one rule some invalid example passes; without any one alternative some valid example is refused."""
    for file in specimens.DIRECTORY.glob("*.schema.json"):
        shutil.copy(file, tmp_path)
    unnoticed = [mutant.where for mutant in mutants(specimens.schema(name)) if not _noticed(name, mutant, tmp_path)]
    assert unnoticed == []


def test_a_rule_without_an_example_is_found_out(tmp_path: Path) -> None:
    name, schema = "job_created", specimens.schema("job_created")
    schema["properties"]["jobId"]["maxLength"] = 24
    (tmp_path / f"{name}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    unnoticed = [mutant.where for mutant in mutants(schema) if not _noticed(name, mutant, tmp_path)]
    assert unnoticed == ["properties/jobId/without maxLength"]


def _noticed(name: str, mutant: Mutant, directory: Path) -> bool:
    (directory / f"{name}.schema.json").write_text(json.dumps(mutant.schema), encoding="utf-8")
    changed = Contracts(directory)
    if mutant.kind == "wider":
        return any(not changed.violations(name, document) for _, document in specimens.invalid(name).values())
    if mutant.kind == "narrower":
        return any(changed.violations(name, document) for document in specimens.valid(name).values())
    return _refusals(changed, name) != _refusals_unchanged(name)


@functools.cache
def _refusals_unchanged(name: str) -> list[set[str]]:
    return _refusals(Contracts(specimens.DIRECTORY), name)


def _refusals(contracts: Contracts, name: str) -> list[set[str]]:
    documents = [*specimens.valid(name).values(), *(document for _, document in specimens.invalid(name).values())]
    return [{violation.path for violation in contracts.violations(name, document)} for document in documents]


def _canonical(file: Path) -> str:
    return json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=2, ensure_ascii=False) + "\n"


def _objects_in(value: Any) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [*([value] if isinstance(value, dict) else []), *(found for item in inner for found in _objects_in(item))]
