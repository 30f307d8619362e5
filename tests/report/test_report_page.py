from __future__ import annotations

import stat
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clari_readiness.errors import ReadinessError
from clari_readiness.model.findings import Evidence, GateReport, ItemResult, Result
from clari_readiness.report import page, write_page
from clari_readiness.report.page import Shape, shape

VOID = {"meta", "link", "br", "img"}


class Outline(HTMLParser):
    """What a page holds: its tags with attributes, and its text; tags must be closed as they were opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += f" {data} "

    def every(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def test_the_page_needs_nothing_but_itself(sample: GateReport) -> None:
    outline = Outline(page(sample))
    assert not outline.every("script", "img", "iframe", "object", "form", "base")
    assert [link["href"] for link in outline.every("link")] == ["data:,"]
    assert "url(" not in page(sample)
    assert "@import" not in page(sample)


def test_every_link_leads_to_a_place_on_the_page(sample: GateReport) -> None:
    outline = Outline(page(sample))
    places = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(places) == len(set(places))
    links = outline.every("a")
    assert links
    for link in links:
        assert str(link["href"]).startswith("#")
        assert str(link["href"])[1:] in places


def test_a_screen_reader_can_find_its_way(sample: GateReport) -> None:
    outline = Outline(page(sample))
    assert outline.every("html") == [{"lang": "en"}]
    assert outline.every("a")[0] == {"class": "skip", "href": "#main"}
    assert len(outline.every("h1")) == len(outline.every("main")) == 1
    assert len(outline.every("caption")) == len(outline.every("table"))
    assert all("scope" in header for header in outline.every("th"))


def test_no_level_of_headings_is_skipped(sample: GateReport) -> None:
    levels = [int(tag[1]) for tag, _ in Outline(page(sample)).tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_the_decision_and_its_reasons_come_first(sample: GateReport) -> None:
    words = Outline(page(sample)).words
    assert f"Decision: {sample.decision.words} {' '.join(sample.decision.reasons)}" in words
    assert words.index("Decision: ") < words.index("Environment") < words.index("All sections")


def test_every_item_is_on_the_page_with_its_result(sample: GateReport) -> None:
    words = Outline(page(sample)).words
    for item in sample.items:
        assert f"{item.item.id} {item.item.title} {item.item.priority} {item.result}" in words


def test_environment_time_and_duration_are_told(make: SimpleNamespace) -> None:
    words = Outline(page(make.report(started_at="2026-11-21T07:30:00+01:30", seconds=125.2))).words
    assert "Environment prod, live" in words
    assert "Started 2026-11-21 06:00 UTC" in words
    assert "Took 2 min 5 s" in words
    assert words.endswith("clari-readiness 0.1.0, python 3.11.9")


def test_a_blocker_says_what_broke_what_it_costs_and_what_to_do(make: SimpleNamespace) -> None:
    failed = make.result("API-01", Result.FAIL, observed="http", expected="https", why="Keys leak.", fix="use https")
    words = Outline(page(make.report(replace(failed, risk="silent data gaps")))).words
    assert "Blockers http API-01 P2 Risk if skipped silent data gaps What to do use https" in words
    assert "Observed http Expected https Why it matters Keys leak." in words[words.index("Checklist") :]


def test_there_are_ten_blockers_at_most_and_none_is_lost(make: SimpleNamespace) -> None:
    names = [*(f"API-0{n}" for n in range(1, 8)), *(f"RES-0{n}" for n in range(1, 7))]
    failed = [make.result(name, Result.FAIL, observed=f"{name} is broken") for name in names]
    outline = Outline(page(make.report(*failed)))
    told = outline.words[outline.words.index("Blockers") : outline.words.index("Checklist")]
    assert sum(f"{name} is broken" in told for name in names) == 10
    assert "And 3 more" in told
    assert all(name in told for name in names)


def test_failures_of_one_cause_are_one_blocker(make: SimpleNamespace) -> None:
    failed = [make.result(f"API-0{n}", Result.FAIL, cause="one reason", observed="one reason") for n in (1, 2)]
    words = Outline(page(make.report(*failed))).words
    assert words[words.index("Blockers") : words.index("Checklist")].count("one reason") == 1


def test_a_go_has_no_blockers_and_nothing_unverified(make: SimpleNamespace) -> None:
    words = Outline(page(make.go())).words
    assert "Blockers" not in words
    assert "What to do set CLARI_API_KEY" not in words
    assert "Not verified" not in words


def test_causes_are_told_once_with_all_their_items(make: SimpleNamespace) -> None:
    words = Outline(page(make.incomplete())).words
    unverified = words[words.index("Not verified") : words.index("Checklist")]
    assert unverified.count("its check did not run") == 1
    assert unverified.count("RES-03") == 1


def test_concessions_are_shown_with_who_and_until_when(make: SimpleNamespace) -> None:
    words = Outline(page(make.invalid())).words
    assert "MON-04 waiver dashboard follows in January head of revops 2027-01-31 No: it expired" in words
    assert "yes, 71 days left" in Outline(page(make.go())).words


def test_a_waived_item_shows_what_it_really_is(make: SimpleNamespace) -> None:
    assert "WAIVED really FAIL" in Outline(page(make.go())).words


def test_a_declared_pass_is_marked(make: SimpleNamespace) -> None:
    assert "AUTH-05 What AUTH-05 promises P3 PASS declared" in Outline(page(make.go())).words


def test_a_rehearsal_says_that_it_is_none(make: SimpleNamespace) -> None:
    rehearsal = "only a live environment can say GO"
    assert rehearsal in Outline(page(make.report(live=False))).words
    assert rehearsal not in Outline(page(make.report())).words


def test_an_item_without_findings_says_so(make: SimpleNamespace) -> None:
    silent = ItemResult(make.item("API-02"), Result.NOT_VERIFIED, ())
    words = Outline(page(make.report(silent))).words
    assert "it did not run" in words
    assert "No check reported on this item." in words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, Shape((), (), "7")),
        ("text", Shape((), (), "text")),
        (None, Shape((), (), "null")),
        ({"rows": 3, "ok": True}, Shape(("", ""), (("rows", "3"), ("ok", "true")))),
        ([{"a": 1}, {"a": 2, "b": "x"}], Shape(("a", "b"), (("1", ""), ("2", "x")))),
        ([1, 2], Shape((), (), "[\n  1,\n  2\n]")),
        ({"a": {"b": 1}}, Shape((), (), '{\n  "a": {\n    "b": 1\n  }\n}')),
        ([], Shape((), (), "[]")),
        ({}, Shape((), (), "{}")),
    ],
)
def test_evidence_is_shown_by_its_shape(value: Any, shown: Shape) -> None:
    assert shape(value) == shown


@pytest.mark.parametrize("value", [{1, 2}, (1, {"a": Path("x")}), {"a": Path("x")}, float("nan"), "half \ud83d"])
def test_evidence_that_is_no_json_does_not_break_the_page(make: SimpleNamespace, tmp_path: Path, value: Any) -> None:
    report = make.report(make.result("CONN-01", Result.PASS, evidence=(Evidence("value", "odd", value),)))
    write_page(report, tmp_path / "report.html")
    assert "odd" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_foreign_markup_stays_text(hostile_report: GateReport) -> None:
    outline = Outline(page(hostile_report))
    assert not outline.every("img")
    assert not any("onerror" in attributes for _, attributes in outline.tags)


def test_controls_that_reorder_or_hide_text_are_shown(make: SimpleNamespace) -> None:
    html = page(make.report(make.result("API-01", Result.FAIL, observed="GO\u202eON\u200b\x00")))
    assert r"GO\u202eON\u200b\x00" in html
    assert not set("\u202e\u200b\x00") & set(html)


def test_the_file_is_for_its_owner_alone(make: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "prod" / "report.html"
    write_page(make.go(), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_page_that_cannot_be_written_is_one_clear_error(make: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ReadinessError, match=r"report\.html: the report cannot be written"):
        write_page(make.go(), tmp_path / "report.html")


def test_a_warning_has_a_place_of_its_own_before_the_checklist(make: SimpleNamespace) -> None:
    words = Outline(page(make.report(make.result("AUTH-03", Result.PASS, warning="the key is due in 9 days")))).words
    assert words.index("Warnings") < words.index("the key is due in 9 days") < words.index("Checklist")
    assert "Warnings" not in Outline(page(make.report())).words


def test_an_entry_that_does_not_hold_is_told_before_everything_else_with_what_to_do(make: SimpleNamespace) -> None:
    words = Outline(page(make.invalid())).words
    told = words[words.index("Does not hold") : words.index("Blockers")]
    assert "waiver of MON-04: it expired 3 days before this run Who answers head of revops What to do renew it" in told
    assert "Does not hold" not in Outline(page(make.go())).words


def test_a_long_story_is_cut_among_the_blockers_and_whole_on_its_item(make: SimpleNamespace) -> None:
    story = "; ".join(f"2027_Q{n} of forecast {n}: 240 rows of 240 expected, 160 amounts that differ" for n in range(9))
    words = Outline(page(make.report(make.result("API-01", Result.FAIL, observed=story, fix="x")))).words
    blockers, checklist = words[: words.index("Checklist")], words[words.index("Checklist") :]
    assert story[:150] in blockers
    assert story not in blockers
    assert f"Observed {story}" in checklist


def test_the_documentation_of_an_item_breaks_its_lines_where_the_page_does(make: SimpleNamespace) -> None:
    guide = "Why it\nmatters.\n\n- Verified by one\n  request.\n- To mend it: 401.\n1. First\n2. Then"
    html = page(make.report(replace(make.result("API-01", Result.FAIL), guide=guide)))
    assert "Why it matters.\n\n- Verified by one   request.\n- To mend it: 401.\n1. First\n2. Then</p>" in html


def test_a_source_is_called_what_people_call_it(make: SimpleNamespace) -> None:
    assert "From Clari FAIL" in Outline(page(make.report(make.result("API-01", Result.FAIL)))).words
