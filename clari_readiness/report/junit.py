"""`junit.xml`: the run as a CI's view of tests reads it, with ids, priorities and results as properties.

Such views call a run green in which everything was skipped. So the decision is a test case as well, and it fails unless
the run passed.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from clari_readiness.model.findings import GateReport, ItemResult, Result
from clari_readiness.report.overview import NOT_RUN, deciding
from clari_readiness.report.plain import plain

_NO_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no place for


def junit(report: GateReport) -> str:
    """Return the report as JUnit XML: one suite, a test case for the decision and one for each item."""
    failed = [item for item in report.items if item.result is Result.FAIL]
    skipped = [item for item in report.items if item.result not in (Result.FAIL, Result.PASS)]
    undecided = report.decision.exit_code != 0
    counted = {
        "tests": str(len(report.items) + 1),
        "failures": str(len(failed) + undecided),
        "errors": "0",
        "skipped": str(len(skipped)),
        "time": f"{report.seconds:.3f}",
    }
    suites = ET.Element("testsuites", {"name": "clari-readiness", **counted})
    named = {"name": f"clari-readiness of {_text(report.environment)}", "timestamp": _text(report.started_at)}
    suite = ET.SubElement(suites, "testsuite", {**named, **counted})
    _properties(suite, _facts(report))
    _decision(suite, report)
    for item in report.items:
        _case(suite, item)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _facts(report: GateReport) -> dict[str, str]:
    return {
        "environment": report.environment,
        "live": str(report.live).lower(),
        "decision": report.decision.words,
        "exit_code": str(report.decision.exit_code),
        "subset": report.subset,
        "exporter": report.exporter,
        "good_until": report.good_until,
    }


def _decision(suite: ET.Element, report: GateReport) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": "decision", "name": "decision", "time": "0.000"})
    if report.decision.exit_code != 0:
        failure = ET.SubElement(case, "failure", {"message": _text(report.decision.words)})
        failure.text = _text("\n".join(report.decision.reasons))


def _case(suite: ET.Element, item: ItemResult) -> None:
    name, seconds = f"{item.item.id} {item.item.title}", sum(finding.seconds for finding in item.findings)
    named = {"classname": _text(item.item.section), "name": _text(name), "time": f"{seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", named)
    told = {"item": item.item.id, "priority": item.item.priority, "result": str(item.result)}
    if item.real:
        told["really"] = str(item.real)
    if item.concession:
        told |= {"by": item.concession.by, "until": item.concession.expires}
    _properties(case, told)
    if item.result is Result.FAIL:
        failure = ET.SubElement(case, "failure", {"message": _text(_observed(item))})
        failure.text = _text(_told(item))
    elif item.result is not Result.PASS:
        ET.SubElement(case, "skipped", {"message": _text(f"{item.result}: {_observed(item)}")})


def _observed(item: ItemResult) -> str:
    said = [finding.observed or finding.cause for finding in deciding(item)]
    return "; ".join(dict.fromkeys(words for words in said if words)) or NOT_RUN


def _told(item: ItemResult) -> str:
    lines = [f"risk if skipped: {item.risk}"] if item.risk else []
    for finding in deciding(item):
        told = (("observed", finding.observed), ("expected", finding.expected), ("to mend it", finding.fix))
        lines += [f"{name}: {words}" for name, words in told if words]
    return "\n".join(lines)


def _properties(parent: ET.Element, told: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in told.items():
        ET.SubElement(properties, "property", {"name": name, "value": _text(value)})


def _text(words: str) -> str:
    return _NO_XML.sub("?", plain(words))
