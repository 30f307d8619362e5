"""`report.json`: one run of the gate as a document, and back. Its contract is `contracts/report.schema.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from clari_readiness.errors import ReadinessError
from clari_readiness.model.findings import GateReport, ItemResult
from clari_readiness.report.files import put
from clari_readiness.report.overview import counts
from clari_readiness.report.seal import sealed_document
from clari_readiness.secrets import Secret

FORMAT = 1
"""The document's format. Adding keys keeps the number; renaming or dropping one raises it."""


def to_document(report: GateReport) -> dict[str, Any]:
    """Return the report as JSON holds it; `counts` is drawn from the items, for readers that want no more."""
    document = {
        "format": FORMAT,
        "environment": report.environment,
        "live": report.live,
        "subset": report.subset,
        "exporter": report.exporter,
        "started_at": report.started_at,
        "seconds": report.seconds,
        "decision": report.decision,
        "counts": counts(report.items),
        "items": [_item(item) for item in report.items],
        "concessions": report.concessions,
        "versions": dict(report.versions),
        "warnings": report.warnings,
        "good_until": report.good_until,
        "provenance": report.provenance,
        "history": report.history,
    }
    return {key: as_json(value) for key, value in document.items()}


def from_document(document: Mapping[str, Any]) -> GateReport:
    """Return the report that the document was made of. Raises ReadinessError, with the place, for anything else."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        said = document.get("format") if isinstance(document, Mapping) else type(document).__name__
        raise ReadinessError(
            f"$.format: this version reads reports of format {FORMAT}, and this is {said!r}",
            way_out="run the gate again, or use the version that wrote the report",
        )
    try:
        return msgspec.convert(_as_report(document), GateReport)
    except msgspec.ValidationError as wrong:
        raise ReadinessError(f"this is not a report of the gate: {wrong}", way_out="run the gate again") from None


def write(report: GateReport, path: Path, *, key: Secret | None = None) -> None:
    """Write `report.json` at once, mode 0600, sealed with `key` where there is one.

    Raises ReadinessError when the disk refuses.
    """
    text = json.dumps(sealed_document(to_document(report), key), ensure_ascii=False, allow_nan=False, indent=2)
    put(path, f"{text}\n".encode())


def read(path: Path) -> dict[str, Any]:
    """Return the document that lies in a file. Raises ReadinessError, with the place, for what is none."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ReadinessError(f"{path}: {error.strerror}", way_out="name a report.json of the gate") from error
    except (ValueError, RecursionError) as error:
        raise ReadinessError(f"{path} is not JSON: {error}", way_out="name a report.json of the gate") from error
    if not isinstance(document, dict):
        raise ReadinessError(f"{path} is not a report of the gate", way_out="name a report.json of the gate")
    return document


def _item(item: ItemResult) -> dict[str, Any]:
    return {
        **_fields(item.item),
        "result": item.result,
        "real": item.real,
        "concession": item.concession,
        "risk": item.risk,
        "guide": item.guide,
        "findings": item.findings,
    }


def as_json(value: Any) -> Any:
    """Return the value as JSON can hold it: a report must be written, whatever a check put into its evidence."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return as_json(_fields(value))
    if isinstance(value, Mapping):
        return {_text(str(key)): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else _text(str(value))


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _text(text: str) -> str:
    """Return the text as plain `str`, with half a surrogate pair, which is no text, shown by its number."""
    return text.encode("utf-8", "backslashreplace").decode()


def _as_report(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document in the shape of the values: an item's own words together, versions in their order."""
    whole = dict(document)
    if isinstance(whole.get("items"), list):
        whole["items"] = [_as_item(item) for item in whole["items"]]
    if isinstance(whole.get("versions"), dict):
        whole["versions"] = list(whole["versions"].items())
    return whole


def _as_item(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    own = {key: item[key] for key in ("id", "title", "priority", "sources") if key in item}
    return {**item, "item": own}
