"""Whole answers: scrubbed by the contract of what was asked for, and then shown to break it as the tenant's did."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from clari_readiness.errors import ReadinessError
from clari_readiness.scrubbing.addresses import Addresses
from clari_readiness.scrubbing.documents import Document, with_amounts
from clari_readiness.scrubbing.headers import kept_headers
from clari_readiness.scrubbing.pseudonyms import Pseudonyms
from clari_readiness.scrubbing.shapes import Shape, Shapes
from clari_readiness.scrubbing.surfaces import Surface, surface_of
from clari_readiness.validation import Contracts

NO_JSON = b"(not recorded: it is no JSON)"

_JSON = msgspec.json.Encoder(decimal_format="number")
_GATEWAY = "gateway_error"
_SURFACES_OWN = frozenset({"code", "errorId", "errors", "namespace", "orgId"})
"""Keys of refusals that no gateway's have (F26)."""


@dataclass(frozen=True)
class Answer:
    """One request and its answer, as they came. Header names may come in any case."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str | Iterable[str]]
    body: bytes


@dataclass(frozen=True)
class Scrubbed:
    """What may be kept of an answer, and how often something was left out of it, by path."""

    url: str
    headers: Mapping[str, list[str]]
    body: bytes
    left_out: Mapping[str, int]


class Scrubber:
    """Scrubs the answers of one tenant. `amounts` are the keys of entries that hold amounts in its settings."""

    def __init__(
        self, pseudonyms: Pseudonyms, *, documented: str, contracts: Contracts, amounts: Iterable[str] = ()
    ) -> None:
        self._pseudonyms = pseudonyms
        self._documented = documented
        self._contracts = contracts
        self._amounts = frozenset(amounts)
        self._shapes = Shapes(contracts.schema)

    def scrubbed(self, answer: Answer) -> Scrubbed:
        """Return what may be kept.

        Raises ReadinessError when no contract is known for what was asked for, or when the scrubbed document would not
        break its contract exactly where and how the tenant's does: then nothing of it may be kept.
        """
        left_out: Counter[str] = Counter()
        addresses = Addresses(self._pseudonyms, documented=self._documented, left_out=left_out)
        surface = surface_of(answer.method, addresses.below(answer.url))
        url = addresses.requested(answer.url, surface)
        document = Document(self._pseudonyms, url=addresses.linked, left_out=left_out)
        body = self._body(answer, surface, document, left_out)
        return Scrubbed(url, kept_headers(answer.headers), body, left_out)

    def _body(self, answer: Answer, surface: Surface, document: Document, left_out: Counter[str]) -> bytes:
        if not answer.body:
            return b""
        try:
            came = _read(answer.body)
        except (ValueError, RecursionError):
            left_out["$ (it is no JSON)"] += 1
            return NO_JSON
        contract = self._contract(surface, answer)
        kept = _JSON.encode(document.scrubbed(came, self._shape(contract)))
        self._require_same_violations(contract, answer, kept)
        return kept

    def _contract(self, surface: Surface, answer: Answer) -> str:
        if answer.status < 300:
            return surface.contract
        said = json.loads(answer.body)
        return _GATEWAY if isinstance(said, dict) and not _SURFACES_OWN & set(said) else surface.refusals

    def _shape(self, contract: str) -> Shape:
        shape = self._shapes.of(contract)
        return with_amounts(shape, self._amounts) if contract == "forecast" else shape

    def _require_same_violations(self, contract: str, answer: Answer, kept: bytes) -> None:
        came, now = self._broken(contract, answer.body), self._broken(contract, kept)
        if came != now:
            raise ReadinessError(
                f"an answer was not recorded: without its data it would keep or break {contract} differently at "
                f"{min(came ^ now)[0]}",
                way_out="this is a defect of clari-readiness: report the contract and the path, and not the answer",
            )

    def _broken(self, contract: str, body: bytes) -> set[tuple[str, str]]:
        """Return where and how a document breaks its contract, without the values that it says."""
        said = json.loads(body)
        found = self._contracts.violations(contract, said)
        found += self._contracts.references(said) if contract == "forecast" else ()
        return {(violation.path, violation.problem.partition(", got ")[0]) for violation in found}


def _read(body: bytes) -> Any:
    """Return the document with its amounts exact. Raises ValueError for what the client does not take for JSON."""

    def refuse(constant: str) -> Any:
        raise ValueError(constant)

    return json.loads(body, parse_float=Decimal, parse_constant=refuse)
