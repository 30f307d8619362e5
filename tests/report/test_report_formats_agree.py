"""JSON, page, Markdown and JUnit XML are read back by what reads them elsewhere, and must tell the same of a run."""

from __future__ import annotations

import html
import json
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from clari_readiness.model.findings import GateReport, Result
from clari_readiness.report import NAMES, junit, markdown, page, to_document, write_reports
from tests.report.test_report_page import Outline


@dataclass(frozen=True)
class Said:
    """What a reader takes from one of the files."""

    decision: str
    exit_code: int
    good_until: str
    items: Mapping[str, tuple[str, str]]
    """An item's id -> its priority and its result."""


def of_json(report: GateReport) -> Said:
    document = json.loads(json.dumps(to_document(report)))
    items = {item["id"]: (item["priority"], item["result"]) for item in document["items"]}
    decision = document["decision"]
    return Said(decision["words"], decision["exit_code"], document["good_until"], items)


def of_page(report: GateReport) -> Said:
    text = page(report)
    words = Outline(text).words
    said = re.search(r"Decision: (.+?) (?=nothing|\d)", words)
    code = re.search(r"Exit code (\d+)", words)
    until = re.search(r'Good until</dt><dd><time datetime="([^"]+)"', text)
    rows = re.findall(
        r'<th role="rowheader" scope="row"><a [^>]*>(.*?)</a></th>\s*<td[^>]*>.*?</td>\s*<td[^>]*>(.*?)</td>\s*'
        r'<td[^>]*><span class="badge [^"]*">(.*?)</span>',
        text,
    )
    assert said
    assert code
    assert until
    return Said(said[1], int(code[1]), until[1], {item: (priority, result) for item, priority, result in rows})


def of_markdown(report: GateReport) -> Said:
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown(report))
    title = re.search(r"<h1>(.*?)</h1>", rendered)
    code = re.search(r"exit code (\d+)", rendered)
    rows = re.findall(r"<tr>\n<td>([A-Z]+-\d+)</td>\n<td>(P\d)</td>\n<td>(.*?)</td>", rendered)
    assert title
    assert code
    assert "good until 2026-11-22 06:00 UTC" in rendered
    return Said(html.unescape(title[1]), int(code[1]), report.good_until, {i: (p, r) for i, p, r in rows})


def of_junit(report: GateReport) -> Said:
    suite = ET.fromstring(junit(report)).find("testsuite")
    assert suite is not None
    facts = properties(suite)
    cases = [properties(case) for case in suite.findall("testcase") if case.find("properties") is not None]
    items = {case["item"]: (case["priority"], case["result"]) for case in cases}
    return Said(facts["decision"], int(facts["exit_code"]), facts["good_until"], items)


def properties(element: ET.Element) -> dict[str, str]:
    return {each.attrib["name"]: each.attrib["value"] for each in element.findall("properties/property")}


READERS: Mapping[str, Callable[[GateReport], Said]] = {"page": of_page, "markdown": of_markdown, "junit": of_junit}


@pytest.mark.parametrize("form", READERS)
def test_every_form_of_the_report_says_the_same(sample: GateReport, form: str) -> None:
    said = READERS[form](sample)
    assert said == of_json(sample)
    assert len(said.items) == 38


def test_all_forms_are_written_together_for_their_owner_alone(make: SimpleNamespace, tmp_path: Path) -> None:
    write_reports(make.go(), tmp_path / "prod")
    assert {path.name for path in (tmp_path / "prod").iterdir()} == set(NAMES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "prod").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("kind", "red"), [("go", 0), ("no_go", 11), ("incomplete", 1), ("invalid", 2), ("pictured", 2)]
)
def test_a_ci_sees_a_run_green_only_when_it_passed(make: SimpleNamespace, kind: str, red: int) -> None:
    suite = ET.fromstring(junit(getattr(make, kind)()))
    assert int(suite.attrib["failures"]) == red == len(suite.findall(".//failure"))
    assert int(suite.attrib["skipped"]) == len(suite.findall(".//skipped"))
    assert int(suite.attrib["tests"]) == len(suite.findall(".//testcase")) == 39


def test_a_waived_item_says_in_junit_what_it_really_is_and_who_answers(make: SimpleNamespace) -> None:
    cases = [properties(case) for case in ET.fromstring(junit(make.go())).iter("testcase")]
    (waived,) = (case for case in cases if case.get("item") == "MON-04")
    assert waived["really"] == "FAIL"
    assert (waived["by"], waived["until"]) == ("head of revops", "2027-01-31")


def test_characters_that_xml_cannot_hold_do_not_break_it(make: SimpleNamespace) -> None:
    odd = "a\x00b\x1b[2J\ufffe\uffff\ud83d<&>\"']]>"
    said = junit(make.report(make.result("API-01", Result.FAIL, observed=odd, fix=odd)))
    failure = ET.fromstring(said).find(".//testcase[@classname='API']/failure")
    assert failure is not None
    assert "<&>\"']]>" in failure.attrib["message"]


HOSTILE = (
    "<img src=x onerror=alert(1)> [click](javascript:alert(1)) ![x](http://evil/x.png) @everyone `code` | cell |\n"
    "# heading\n- [ ] task https://evil.example <https://evil.example> **bold** &lt; {{ 7 * 7 }} =cmd()"
)


def test_foreign_text_in_the_markdown_is_text(make: SimpleNamespace) -> None:
    waiver = make.waiver("MON-04", text=HOSTILE, by=HOSTILE)
    failed = make.result("API-01", Result.FAIL, observed=HOSTILE, fix=HOSTILE, cause=HOSTILE)
    report = make.report(failed, concessions=(waiver,), environment=HOSTILE, warnings=(HOSTILE,))
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown(report))
    assert set(re.findall(r"<([a-z0-9]+)", rendered)) <= {
        *("h1", "h2", "h3", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td")
    }
    assert "<strong>bold" not in rendered
    assert "@" not in markdown(report)
    assert "://" not in markdown(report)
    assert " ".join(HOSTILE.split()) in html.unescape(re.sub(r"</?strong>", "", rendered))


def test_the_markdown_of_endless_messages_still_fits_a_summary(make: SimpleNamespace) -> None:
    names = [item.item.id for item in make.go().items]
    failed = [make.result(name, Result.FAIL, observed="x" * 100_000, fix="y" * 100_000) for name in names]
    assert len(markdown(make.report(*failed)).encode()) < 128 * 1024
