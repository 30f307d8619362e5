"""Whatever an answer hides, and wherever it hides it, none of it is recorded; what it breaks, it breaks afterwards."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.redact import variants
from clari_readiness.scrubbing import Answer, Pseudonyms, Scrubbed, Scrubber
from clari_readiness.validation import Contracts
from tests.validation import specimens

BASE = "https://api.clari.com/v4"
EMAIL, NAME, IP, ORG = "ada.lovelace@acme-corp.com", "Ada Lovelace-Byron", "203.0.113.77", "88041799"
BASE64 = base64.b64encode(f"{NAME} <{EMAIL}>".encode()).decode()
CSV = f"User,Email,Data Value\n{NAME},{EMAIL},$3000190.00\n"
HIDDEN = (EMAIL, NAME, IP, ORG, BASE64, "acme-corp", "3000190", "Lovelace")
JSON_TYPE = {"Content-Type": "application/json"}
PSEUDONYMS = Pseudonyms(b"k" * 32)


def scrubbed(
    path: str,
    body: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    contracts: Contracts | None = None,
) -> Scrubbed:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    scrubber = Scrubber(PSEUDONYMS, documented=BASE, contracts=contracts or Contracts(), amounts=("wonAmount",))
    return scrubber.scrubbed(Answer("GET", path if "://" in path else BASE + path, status, headers or JSON_TYPE, raw))


def everything(kept: Scrubbed) -> bytes:
    return b"\n".join([kept.url.encode(), json.dumps(kept.headers).encode(), kept.body])


def leaks(kept: Scrubbed) -> list[str]:
    written = everything(kept)
    return [hidden for hidden in HIDDEN if any(variant in written for variant in variants(hidden))]


ENTRY = {
    "fieldId": "fc_acme-corp",
    "timePeriodId": "2027_Q4",
    "timeFrameId": "TF:2026-11-18",
    "userId": f"{ORG}:{NAME}",
}
USER = {"userId": f"{ORG}:{NAME}", "name": NAME, "email": EMAIL}
LISTS: dict[str, Any] = {
    "users": [USER],
    "fields": [{"fieldId": "fc_acme-corp", "fieldName": f"Commit of {NAME}", "fieldType": BASE64}],
    "timePeriods": [
        {
            "timePeriodId": "2027_Q4",
            "type": "quarter",
            "startDate": "2026-11-01",
            "endDate": "2027-01-31",
            "label": EMAIL,
        }
    ],
    "timeFrames": [{"timeFrameId": "TF:2026-11-18", "startDate": "2026-11-18", "endDate": "2026-11-24"}],
}


def forecast(**entry: object) -> dict[str, Any]:
    return {"entries": [ENTRY | entry], **LISTS}


ERROR = {
    "code": "no_optin",
    "errorId": f"e-{ORG}",
    "message": f"No optins for {NAME} <{EMAIL}> from {IP}",
    "orgId": int(ORG),
}
EVENT = {
    "actorId": ORG, "sessionId": EMAIL, "sessionType": NAME, "event": BASE64, "ipAddress": IP, "actorType": EMAIL,
    "impersonatingActorId": ORG, "correlationID": BASE64, "eventTimestamp": f"{NAME} at noon",
    "eventParameters": {"a": {"b": [{"who": NAME, EMAIL: IP}]}, "raw": BASE64},
}  # fmt: skip
JOB = {
    "jobId": f"{ORG}-{NAME}", "userId": int(ORG), "orgId": int(ORG), "status": "DONE", "title": f"{NAME}'s forecast",
    "fileName": f"export_{EMAIL}.csv", "module": NAME, "fileType": BASE64, "currency": EMAIL, "startTime": 1,
    "endTime": 2, "cellsTruncated": False, "rowsTruncated": False,
    "deliveryStatusMap": {EMAIL: "DELIVERED", "to": [NAME]},
}  # fmt: skip

HIDING = {
    "in the ids, names and labels of a forecast": ("/forecast/acme-corp", forecast(updatedBy=EMAIL)),
    "in keys that no contract knows": ("/forecast/acme-corp", {**forecast(note=NAME, **{EMAIL: 1}), NAME: [EMAIL]}),
    "in objects where a text belongs": ("/forecast/acme-corp", forecast(updatedBy={"who": NAME}, fieldId=[EMAIL])),
    "in texts where an amount belongs": ("/forecast/acme-corp", forecast(forecastValue=f"$3000190.00 by {NAME}")),
    "in an amount": ("/forecast/acme-corp", forecast(forecastValue=3000190, wonAmount=3000190)),
    "in the currency": ("/forecast/acme-corp", forecast(currency={"code": EMAIL, "symbol": NAME})),
    "in lists of lists": ("/forecast/acme-corp", {"entries": [[[NAME]], EMAIL, None]}),
    "in the path": (f"/forecast/{quote(EMAIL)}", forecast()),
    "in the query": (
        f"/audit/events?limit=100&actorId={ORG}&who={quote(NAME)}&event={BASE64}",
        {"items": [], "actors": []},
    ),
    "in a link to the next page": (
        "/audit/events",
        {"items": [], "actors": [], "nextLink": f"{BASE}/audit/events?cursor={BASE64}&actorId={ORG}&limit={EMAIL}"},
    ),
    "in a link to somewhere else": (
        "/audit/events",
        {
            "items": [],
            "actors": [],
            "nextLink": f"https://{NAME.split(maxsplit=1)[0]}:x@acme-corp.com/{EMAIL}?q={IP}#{NAME}",
        },
    ),
    "in a link that is none": ("/audit/events", {"items": [], "actors": [], "nextLink": f"http://[{EMAIL}"}),
    "in events and actors": (
        "/audit/events",
        {"items": [EVENT], "actors": [{"actorType": NAME, "actorId": ORG, "name": NAME, "email": EMAIL}]},
    ),
    "in jobs": ("/export/jobs", [JOB]),
    "in one wrapped job": (f"/export/jobs/{ORG}", {"job": JOB, "by": EMAIL}),
    "in limits": (
        "/admin/limits",
        {"jobs": {"concurrentLimit": EMAIL, "monthlyQuota": [NAME], "runningJobIds": [ORG]}},
    ),
    "in a list of which nothing is known": ("/forecast/types", ["quota", NAME, {"for": EMAIL}, [BASE64], int(ORG)]),
    "in opportunities": (
        "/opportunity?oppId=" + ORG,
        [
            {
                "id": ORG,
                "fields": [{"id": EMAIL, "alias": NAME, "value": BASE64, "imageUrl": f"https://acme-corp.com/{NAME}"}],
            }
        ],
    ),
    "in CSV": ("/export/jobs/6073/results", CSV.encode()),
    "in a page": ("/admin/limits", f"<html>{NAME} signed in from {IP}</html>".encode()),
    "in a text alone": ("/admin/limits", EMAIL),
    "in bytes that are no text": ("/admin/limits", b"\xff\xfe" + EMAIL.encode("utf-16-le")),
}
REFUSALS = {
    "in the message of an export's error": ("/forecast/acme-corp", ERROR),
    "in the code of an error": ("/forecast/acme-corp", {**ERROR, "code": BASE64}),
    "in the namespace of an error": ("/admin/limits", {**ERROR, "namespace": EMAIL}),
    "in an audit error": (
        "/audit/events",
        {"errors": [{"status": "403", "message": EMAIL, "code": NAME, "target": ORG, "details": BASE64}]},
    ),
    "in an opportunity error": (
        "/opportunity",
        [{"statusCode": 400, "reaspnPhrase": NAME, "description": EMAIL, "details": IP}],
    ),
    "in a gateway's error": ("/admin/limits", {"message": f"{IP} is not allowed", "request_id": f"{ORG}-{NAME}"}),
    "in an error that is a page": ("/admin/limits", f"<h1>{EMAIL}</h1>".encode()),
}


@pytest.mark.parametrize("where", HIDING)
def test_nothing_is_kept_of_what_is_hidden(where: str) -> None:
    path, body = HIDING[where]
    assert leaks(scrubbed(path, body)) == []


@pytest.mark.parametrize("where", REFUSALS)
def test_nothing_is_kept_of_what_a_refusal_hides(where: str) -> None:
    path, body = REFUSALS[where]
    assert leaks(scrubbed(path, body, status=403)) == []


@pytest.mark.parametrize("where", [*HIDING, *REFUSALS])
def test_what_is_hidden_was_really_there(where: str) -> None:
    path, body = (HIDING | REFUSALS)[where]
    came = Scrubbed(BASE + path, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), {})
    assert leaks(came) or b"\xff\xfe" in came.body


def test_headers_are_rebuilt_from_what_they_mean() -> None:
    headers = {
        "Content-Type": f"application/json; name={EMAIL}",
        "Date": "Sun, 29 Nov 2026 18:42:00 GMT",
        "Retry-After": NAME,
        "Set-Cookie": f"user={EMAIL}",
        "X-Org-Id": ORG,
        "Server": f"gw.acme-corp.com {IP}",
    }
    kept = scrubbed("/admin/limits", {"jobs": {}}, headers=headers).headers
    assert kept == {"content-type": ["application/json"], "date": ["Sun, 29 Nov 2026 18:42:00 GMT"]}


@pytest.mark.parametrize("name", ["Content-Type", "Date", "Retry-After"])
def test_a_header_that_hides_something_is_left_out(name: str) -> None:
    for hidden in (EMAIL, f"Sun, 29 Nov 2026 18:42:00 GMT ({NAME})", BASE64, f"120 {NAME}", ""):
        written = json.dumps(scrubbed("/admin/limits", {"jobs": {}}, headers={name: hidden}).headers)
        assert not [each for each in HIDDEN if each in written]


def test_what_is_left_out_is_told_by_its_path() -> None:
    kept = scrubbed("/forecast/x?who=me", forecast(note=NAME, why=1) | {"more": []})
    assert kept.left_out == {"?who": 1, "$.entries[].note": 1, "$.entries[].why": 1, "$.more": 1}


def test_ids_refer_to_each_other_as_they_did() -> None:
    kept = json.loads(scrubbed("/forecast/x", forecast(updatedBy=ORG)).body)
    assert kept["entries"][0]["userId"] == kept["users"][0]["userId"]
    assert kept["entries"][0]["updatedBy"] == kept["users"][0]["userId"].partition(":")[0]
    assert kept["entries"][0]["fieldId"] == kept["fields"][0]["fieldId"]
    assert Contracts().references(kept) == ()


def test_what_the_facts_call_by_name_is_kept() -> None:
    kept = json.loads(scrubbed("/forecast/x", forecast(isUpdated=True, updatedOn=1795251825900)).body)
    entry = kept["entries"][0]
    assert (entry["timePeriodId"], entry["timeFrameId"]) == ("2027_Q4", "TF:2026-11-18")
    assert (entry["isUpdated"], entry["updatedOn"]) == (True, 1795251825900)
    assert json.loads(scrubbed("/export/jobs", [JOB]).body)[0]["status"] == "DONE"
    assert json.loads(scrubbed("/forecast/x", ERROR, status=401).body)["code"] == "no_optin"


def test_amounts_are_exact_in_the_text_of_the_document() -> None:
    own = '"forecastValue":712629.00,"quotaValue":0.1,"wonAmount":12345678901234567890.12,"adjustmentValue":-3'
    raw = f'{{"entries":[{{"fieldId":"f","timePeriodId":"p","timeFrameId":"t","userId":"u",{own}}}]}}'.encode()
    body, factor = scrubbed("/forecast/x", raw).body, PSEUDONYMS.factor
    for said, cents in (("712629.00", 71262900), ("12345678901234567890.12", 1234567890123456789012)):
        assert said.encode() not in body
        assert f":{cents * factor // 100}.{cents * factor % 100:02}".encode() in body
    assert f'"adjustmentValue":{-3 * factor}'.encode() in body


@pytest.mark.parametrize(
    ("name", "stem"),
    [(name, stem) for name in specimens.READ for stem in (*specimens.valid(name), *specimens.invalid(name))],
)
def test_every_example_keeps_or_breaks_its_contract_as_it_did(name: str, stem: str) -> None:
    valid = specimens.valid(name)
    document = valid[stem] if stem in valid else specimens.invalid(name)[stem][1]
    path, status = _asked(name)
    kept = scrubbed(path, document, status=status, contracts=Contracts()) if path else None
    if kept is not None:
        before, after = Contracts().violations(name, document), Contracts().violations(name, json.loads(kept.body))
        assert [each.path for each in after] == [each.path for each in before]


def test_an_answer_that_would_look_better_or_worse_than_it_was_is_not_recorded(tmp_path: Path) -> None:
    for file in specimens.DIRECTORY.glob("*.schema.json"):
        shutil.copy(file, tmp_path)
    path = tmp_path / "job.schema.json"
    schema = json.loads(path.read_text())
    schema["$defs"]["job"]["properties"]["title"] = {"type": "string", "pattern": "^Forecast", "x-recorded": "text"}
    path.write_text(json.dumps(schema))
    contracts = Contracts(tmp_path)
    assert contracts.violations("jobs", [JOB | {"title": "Forecast of Ada"}]) == ()
    with pytest.raises(ReadinessError, match=r"was not recorded: .* jobs differently at \$\[0\]\.title") as caught:
        scrubbed("/export/jobs", [JOB | {"title": "Forecast of Ada"}], contracts=contracts)
    assert "Ada" not in str(caught.value)


def test_an_answer_to_what_no_contract_is_known_for_is_not_recorded() -> None:
    with pytest.raises(ReadinessError, match="no contract is known for GET /people"):
        scrubbed("/people", {"name": NAME})


def _asked(contract: str) -> tuple[str, int]:
    """Return a path, and a status, whose answers must keep a contract; an empty path where nobody asks for it."""
    return {
        "forecast": ("/forecast/x", 200),
        "job": ("/export/jobs/1", 200),
        "jobs": ("/export/jobs", 200),
        "limits": ("/admin/limits", 200),
        "audit_events": ("/audit/events", 200),
        "opportunities": ("/opportunity", 200),
        "forecast_types": ("/forecast/types", 200),
        "export_error": ("/export/jobs", 400),
        "audit_error": ("/audit/events", 400),
        "opportunity_error": ("/opportunity", 400),
    }.get(contract, ("", 0))
