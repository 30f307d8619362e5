from __future__ import annotations

import os
from pathlib import Path

import pytest

from clari_readiness.environments import Environment, load
from clari_readiness.trial import Accused, Pace, Trial, Verdict, Wishes, accused_of, chosen
from clari_readiness.trial.exporter import words_of
from clari_readiness.trial.warehouses import Files
from tests.trial.conftest import EXPORTERS
from tests.trial.test_trial_command import SETTINGS

REPOSITORY = Path(__file__).parents[2]
ALONE = """if __name__ == "__main__":
    os.mkdir("under way")
    try:
        main()
    finally:
        os.rmdir("under way")
"""


def prod(directory: Path, more: str = "") -> Environment:
    path = directory / "clari-readiness.toml"
    path.write_text(f'{SETTINGS}trial.warehouse = "duckdb:///trial.duckdb"\n{more}')
    return load(path, environ={}).get("prod")


@pytest.mark.parametrize(
    ("more", "wishes", "at_once"),
    [
        ("", Wishes(), 1),
        ("trial.at_once = 3", Wishes(), 3),
        ("trial.at_once = 3", Wishes(at_once=2), 2),
        ("", Wishes(exporter="reference"), 3),
    ],
)
def test_scenarios_are_tried_one_by_one_unless_somebody_says_that_they_share_nothing(
    tmp_path: Path, more: str, wishes: Wishes, at_once: int
) -> None:
    assert accused_of(prod(tmp_path, more), wishes).at_once == at_once


def test_an_exporter_that_must_be_alone_where_it_is_started_is_not_in_its_own_way(tmp_path: Path) -> None:
    text = (EXPORTERS / "repeats_the_post.py").read_text()
    (tmp_path / "alone.py").write_text(text.partition("if __name__")[0] + ALONE)
    accused = Accused(words_of("python3 alone.py"), Files("sqlite", "w.sqlite"), tmp_path, at_once=1)
    trial = Trial(accused, tmp_path / "trial", dict(os.environ), pace=Pace(20.0))
    names = ("content_names", "content_unordered", "duplicates_two_roles", "job_bare")
    assert {each.verdict for each in trial.outcomes(chosen(names))} == {Verdict.KEPT}


def test_the_settings_in_the_documentation_are_as_they_are_read(tmp_path: Path) -> None:
    text = (REPOSITORY / "docs" / "trial.md").read_text(encoding="utf-8")
    (tmp_path / "clari-readiness.toml").write_text(text.partition("```toml\n")[2].partition("```")[0])
    accused = accused_of(load(tmp_path / "clari-readiness.toml", environ={}).get("ours"), Wishes())
    assert accused.words == ("python", "-m", "our_pipeline.export")
    assert (accused.names.of("base_url"), accused.names.extra) == ("REVOPS_CLARI_URL", {"OUR_MODE": "trial"})
    assert accused.mapped["clari_forecasts"].columns == {"forecast_amount": "amount"}
    assert (accused.at_once, dict(accused.not_applicable)) == (2, {"audit": "we export forecasts only"})
