"""What an item of the checklist is, told at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from clari_readiness.cli import app
from clari_readiness.errors import ReadinessError, SettingsError
from clari_readiness.gate.catalogue import CATALOGUE
from clari_readiness.gate.explanation import explanation, item_called
from clari_readiness.model.findings import Item
from clari_readiness.shipped import shipped

CHECKLIST = shipped("docs") / "checklist.md"


@pytest.mark.parametrize("item", CATALOGUE, ids=lambda item: item.id)
def test_every_item_is_explained_by_its_own_words_alone(item: Item) -> None:
    told = explanation(item, CHECKLIST)
    assert told.startswith(f"{item.id} {item.title}\n{item.priority}, verified by {', '.join(item.sources)}\n\n")
    assert told.count("Verified by") >= 1
    assert told.count("- Failing looks like") == 1
    assert told.count("- To mend it") == 1
    assert not [word for word in ("<a id", "###", "**", "`", "](") if word in told]


def test_a_checklist_that_is_gone_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match=r"nowhere.md: No such file or directory; install .* again"):
        explanation(item_called("AUTH-03"), tmp_path / "nowhere.md")


def test_an_id_may_be_written_small_and_an_unknown_one_names_the_nearest() -> None:
    assert item_called("auth-04").id == "AUTH-04"
    with pytest.raises(SettingsError, match=r"there is no item 'AUTH-44'; the nearest are .*AUTH-04"):
        item_called("AUTH-44")
    with pytest.raises(SettingsError, match="there are CONN-01, CONN-02"):
        item_called("backoff")


def test_the_command_says_what_the_checklist_says() -> None:
    told = CliRunner().invoke(app, ["explain", "cla-06"])
    assert told.exit_code == 0
    assert told.output.strip() == explanation(item_called("CLA-06"), CHECKLIST)
