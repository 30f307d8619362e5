"""Reports as the gate would hand them over, one for each decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from clari_readiness.model.evidence import COMPLETION, LATENCY, SCENARIOS, SWINGS, TOTALS
from clari_readiness.model.findings import (
    Concession,
    Decision,
    Evidence,
    EvidenceFile,
    Finding,
    GateReport,
    Item,
    ItemResult,
    PastRun,
    Priority,
    Provenance,
    Recording,
    Result,
)
from tests.browser import chromium
from tests.hostile import payload

SIZES = {"CONN": 3, "AUTH": 5, "API": 7, "RES": 6, "MON": 5, "CLA": 12}
FIX = "name the warehouse under [env.prod] in clari-readiness.toml"

Overrides = dict[str, Any]


def an_item(item_id: str, priority: Priority | None = None) -> Item:
    number = int(item_id.rpartition("-")[2])
    priorities: tuple[Priority, ...] = ("P1", "P2", "P3")
    return Item(item_id, f"What {item_id} promises", priority or priorities[number % 3], ("settings", "clari"))


def a_result(item_id: str, result: Result, **overrides: Any) -> ItemResult:
    """An item with one finding; overrides of the item's result by name, everything else goes to the finding."""
    whole = {name: overrides.pop(name) for name in ("real", "concession") if name in overrides}
    priority = overrides.pop("priority", None)
    found = {
        "item": item_id,
        "source": "clari",
        "result": whole.get("real") or result,
        "check": f"test_{item_id.lower().replace('-', '_')}",
        "observed": f"what was seen of {item_id}",
        "expected": f"what {item_id} asks for",
        "why": "A forecast that is wrong costs a quarter.",
        **overrides,
    }
    return ItemResult(an_item(item_id, priority), result, (Finding(**found),), **whole)


def a_waiver(item_id: str, **overrides: Any) -> Concession:
    whole: Overrides = {
        "kind": "waiver",
        "item": item_id,
        "text": "dashboard follows in January",
        "by": "head of revops",
        "expires": "2027-01-31",
        "days_left": 71,
        **overrides,
    }
    return Concession(**whole)


def a_report(*special: ItemResult, **overrides: Any) -> GateReport:
    """A report over the whole catalogue: the special items as given, all others passed."""
    given = {item.item.id: item for item in special}
    names = [f"{prefix}-{number:02}" for prefix, size in SIZES.items() for number in range(1, size + 1)]
    items = [given.pop(name, None) or a_result(name, Result.PASS) for name in names]
    whole: Overrides = {
        "environment": "prod",
        "live": True,
        "decision": Decision("GO", 0, ("38 of 38 items passed",)),
        "items": (*items, *given.values()),
        "concessions": tuple(item.concession for item in special if item.concession),
        "started_at": "2026-11-21T06:00:00Z",
        "seconds": 4.25,
        "exporter": "reference",
        "good_until": "2026-11-22T06:00:00+00:00",
        "versions": (("clari-readiness", "0.1.0"), ("python", "3.11.9")),
        **overrides,
    }
    return GateReport(**whole)


def hostile() -> GateReport:
    """A report in which every text that comes from outside tries to become markup."""
    concession = Concession(
        "waiver",
        *(payload(f"concession.{name}") for name in ("item", "text", "by", "expires")),
        days_left=1,
        problem=payload("concession.problem"),
        surface=payload("concession.surface"),
    )
    evidence = (
        Evidence("value", payload("label"), payload("value")),
        Evidence("query", "rows", [{payload("column"): payload("cell")}]),
        Evidence("request", "answer", {payload("key"): payload("field")}),
        Evidence("request", "nested", {payload("outer"): {payload("inner"): [payload("deep")]}}),
    )
    said = {name: payload(name) for name in ("observed", "expected", "why", "fix", "check")}
    failed = a_result("API-01", Result.FAIL, **said, evidence=evidence)
    unknown = a_result("API-02", Result.NOT_VERIFIED, observed="", cause=payload("cause"))
    also = a_result("API-03", Result.NOT_VERIFIED, observed=payload("observed.same"), cause=payload("cause"))
    soon = a_result("API-04", Result.PASS, warning=payload("warning"))
    jobs = [{"of": payload("job.name"), "queue": 1.0, "run": 2.0}]
    compared = {
        "forecast_id": payload("forecast.id"),
        "time_period": "q",
        "expected_rows": 1,
        "verdict": payload("verdict"),
    }
    drawn = (
        Evidence("value", LATENCY, jobs),
        Evidence("value", COMPLETION, {payload("completion.of"): {"loaded": 1}}),
        Evidence("value", SCENARIOS, [{"done": payload("scenario"), "verdict": payload("scenario.verdict")}]),
        Evidence(
            "value", "compared", {**compared, "amounts": [{"type": payload("amount"), "expected": "1", "found": "x"}]}
        ),
        Evidence(
            "value", TOTALS, [a_total(**{name: payload(f"total.{name}") for name in ("time_period", "field_id")})]
        ),
        Evidence("value", SWINGS, [a_swing(**{name: payload(f"swing.{name}") for name in ("forecast_id", "whose")})]),
        Evidence("value", SWINGS, [a_swing(kind=payload("swing.kind"), compared_with=payload("swing.baseline"))]),
    )
    pictured_one = a_result("API-05", Result.PASS, evidence=drawn)
    told = replace(a_result("API-06", Result.FAIL), risk=payload("risk"), guide=payload("guide"))
    titled = ItemResult(Item("OWN-01", payload("title"), "P1", ("settings",)), Result.PASS, ())
    own_id = ItemResult(Item(payload("id"), "a title", "P1", ("settings",)), Result.FAIL, ())
    return a_report(
        *(failed, unknown, also, soon, pictured_one, told, titled, own_id),
        environment=payload("environment"),
        exporter=payload("exporter"),
        subset=payload("subset"),
        started_at=payload("started_at"),
        concessions=(concession,),
        versions=((payload("version.name"), payload("version")),),
        warnings=(payload("report.warning"),),
        good_until=payload("good_until"),
        provenance=Provenance(
            fingerprints={payload("fingerprint.name"): payload("fingerprint")},
            limits={payload("limit.name"): 1},
            recordings=(Recording(*(payload(f"recording.{name}") for name in ("name", "origin", "made"))),),
            files=(EvidenceFile(payload("file.name"), 1, payload("file.sha256")),),
        ),
        history=(
            PastRun(
                payload("run.at"),
                payload("run.decision"),
                0,
                whole=True,
                items={payload("run.item"): Result.FAIL},
                subset=payload("subset"),
            ),
        ),
        decision=Decision(payload("words"), 1, (payload("reason"),)),
    )


def go() -> GateReport:
    evidence = (
        Evidence("request", "GET https://api.clari.com/v4/admin/limits", {"status": 200, "monthlyQuota": 1000}),
        Evidence("query", "SELECT count(*) FROM forecast_entries", [{"quarter": "2027_Q4", "rows": 1204}]),
    )
    return a_report(
        a_result("CONN-01", Result.PASS, evidence=evidence),
        a_result(
            "MON-04",
            Result.WAIVED,
            real=Result.FAIL,
            concession=a_waiver("MON-04"),
            observed="no dashboard is configured",
            fix="set dashboard.url",
        ),
        a_result("API-06", Result.NOT_APPLICABLE, concession=a_waiver("API-06", kind="not_applicable")),
        a_result("AUTH-05", Result.PASS, declared=True, observed="the account has the Forecast Viewer role only"),
    )


def no_go() -> GateReport:
    """Ten blockers."""
    blockers = [*(f"API-0{n}" for n in range(1, 6)), *(f"RES-0{n}" for n in range(1, 6))]
    special = [
        a_result(name, Result.FAIL, observed=f"{name} is not as it should be in analytics.clari", fix=FIX)
        for name in blockers
    ]
    return a_report(*special, decision=Decision("NO-GO", 1, ("10 items failed",)))


def incomplete() -> GateReport:
    """Nothing failed; most checks did not run, some have a second reason."""
    unresolved = "the key reference env://CLARI_API_KEY does not resolve"
    names = [f"{prefix}-{number:02}" for prefix in ("API", "RES", "MON", "CLA") for number in range(1, SIZES[prefix])]
    silent = "its check did not run"
    special = [a_result(name, Result.NOT_VERIFIED, cause=silent, observed=silent) for name in names]
    waiting = [
        a_result(name, Result.NOT_VERIFIED, cause=unresolved, observed=unresolved, fix="set CLARI_API_KEY")
        for name in ("CONN-01", "CONN-03", "AUTH-02")
    ]
    return a_report(*special, *waiting, decision=Decision("INCOMPLETE", 10, ("29 items are not verified",)))


def invalid() -> GateReport:
    expired = a_waiver("MON-04", problem="it expired 3 days before this run", days_left=-3)
    return a_report(
        a_result("MON-04", Result.FAIL, observed="no dashboard is configured", fix="set dashboard.url"),
        decision=Decision("INVALID", 11, ("1 waiver does not hold",)),
        concessions=(expired,),
    )


def a_total(**changes: Any) -> Overrides:
    """What an export adds up to, as the gate records it."""
    total = {"forecast_id": "net_bookings", "time_period": "2027_Q4", "field_id": "fc_commit", "currency": "USD"}
    return {**total, "forecast": "1250000.50", "closed": "500000.20", "quota": "2000000.00", **changes}


def a_swing(**changes: Any) -> Overrides:
    """An anomaly, as the gate records it."""
    swing = {"forecast_id": "net_bookings", "time_period": "2027_Q4", "threshold": "0.2", "found": 1, "kind": "swing"}
    swing |= {"whose": "total fc_commit forecast USD", "compared_with": "2026-11-20T03:00:00+00:00"}
    return {**swing, "previous": "1000000.00", "current": "1250000.50", "change": "0.2500", **changes}


def pictured() -> GateReport:
    """A NO-GO with all that a page can hold: pictures, history, provenance, concessions, warnings."""
    jobs = [
        {
            "job": f"j{n}",
            "of": f"2027_Q{n} of net_bookings",
            "queue": 1.5,
            "run": 30.0,
            "download": n * 2.0,
            "load": None,
        }
        for n in range(1, 5)
    ]
    amounts = [{"type": "forecast", "expected": "70638040.47", "found": "70638040.40"}]
    compared = {"forecast_id": "net_bookings", "time_period": "2027_Q4", "expected_rows": 204, "found_rows": 203}
    scenarios = [
        {"done": "its first and its third request were answered 429", "verdict": "kept"},
        {"done": "every export had half of its rows, and said rowsTruncated", "verdict": "broken"},
        {"done": "pages of audit events held 1 to 90 of them", "verdict": "not tested"},
    ]
    totals = [a_total(), a_total(time_period="2027_Q3", closed="1300000.00", quota=None)]
    none = dict.fromkeys(("kind", "whose", "previous", "current", "change"))
    swings = [
        a_swing(),
        a_swing(whose="rep u7 fc_commit forecast USD", kind="from_zero", previous="0.00", current="90.00", change=None),
        a_swing(time_period="2027_Q3", found=0, **none),
        a_swing(time_period="2027_Q2", found=0, **none | {"compared_with": "no export before it reconciled"}),
    ]
    failed = a_result(
        "MON-05",
        Result.FAIL,
        priority="P1",
        observed="net_bookings 2027_Q4 (exact): 203 rows of 204 expected, 1 missing",
        fix="load the job again, then run `clari-readiness reconcile`",
        evidence=(
            Evidence("value", "net_bookings 2027_Q4, exact", {**compared, "amounts": amounts, "verdict": "different"}),
            Evidence("value", TOTALS, totals),
            Evidence("value", SWINGS, swings),
        ),
    )
    special = (
        replace(failed, risk="numbers in the warehouse and in Clari drift apart"),
        a_result("MON-01", Result.PASS, evidence=(Evidence("value", LATENCY, jobs),)),
        a_result("MON-04", Result.WAIVED, real=Result.FAIL, concession=a_waiver("MON-04"), observed="no dashboard"),
        a_result("RES-02", Result.PASS, evidence=(Evidence("value", SCENARIOS, scenarios),)),
        a_result(
            "MON-03",
            Result.PASS,
            evidence=(Evidence("value", COMPLETION, {"net_bookings": {"loaded": 9, "failed": 1}}),),
        ),
        a_result("AUTH-03", Result.PASS, warning="the key is due in 9 days, on 2026-11-30"),
        a_result(
            "CONN-03", Result.NOT_VERIFIED, observed="quota reserve", cause="quota reserve", fix="wait until it is back"
        ),
    )
    guided = tuple(
        replace(item, guide="Why it matters.\n\n- Verified by one request.") for item in a_report(*special).items
    )
    earlier = {item.item.id: Result.PASS for item in guided}
    history = tuple(
        PastRun(
            f"2026-11-{day}T06:00:00+00:00", "GO", 0, whole=True, items=earlier, fingerprints={"settings": "b" * 64}
        )
        for day in (20, 19, 18)
    )
    provenance = Provenance(
        fingerprints={"settings": "a" * 64, "exporter": "", "contracts": "c" * 64},
        limits={"exportLimits.monthlyQuota": 1000},
        recordings=(Recording("limits", "simulator", "2026-11-20T09:04:59+00:00"),),
        files=(EvidenceFile("clari-readiness.toml", 1204, "0" * 64),),
    )
    return a_report(
        *special,
        items=guided,
        decision=Decision("NO-GO", 1, ("1 item failed: MON-05",)),
        history=history,
        provenance=provenance,
    )


SAMPLES: dict[str, Callable[[], GateReport]] = {
    "go": go,
    "no_go": no_go,
    "incomplete": incomplete,
    "invalid": invalid,
    "pictured": pictured,
}


@pytest.fixture(params=sorted(SAMPLES))
def sample(request: pytest.FixtureRequest) -> GateReport:
    """Each of the sample reports in turn."""
    return SAMPLES[request.param]()


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """The factories: `make.report(make.result("API-01", Result.FAIL, observed="..."))`."""
    return SimpleNamespace(report=a_report, result=a_result, waiver=a_waiver, item=an_item, **SAMPLES)


@pytest.fixture(scope="session")
def hostile_report() -> GateReport:
    """Markup in every text."""
    return hostile()


@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """A real Chromium for the tests of a module: its event loop runs until it ends, and there can be no other."""
    with chromium() as context:
        yield context
