"""The time-out of a job, as the settings have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clari_readiness.environments import Environment, load
from clari_readiness.gate.waiting import BY_DEFAULT, timeout_of, wrong_with


def environment(tmp_path: Path, *settings: str) -> Environment:
    path = tmp_path / "clari-readiness.toml"
    path.write_text(
        '[default]\nforecasts = ["x"]\nfiscal_year = { starts = "02", named_after = "end" }\n'
        '[env.prod]\napi = { key = "env://KEY", base_url = "https://api.clari.com/v4" }\n' + "\n".join(settings)
    )
    return load(path, environ={}).get("prod")


def test_it_is_ten_minutes_unless_it_is_set(tmp_path: Path) -> None:
    assert timeout_of(environment(tmp_path)) == (BY_DEFAULT, False)
    assert timeout_of(environment(tmp_path, 'job_timeout = "10m"')) == (BY_DEFAULT, True)
    assert list(wrong_with(environment(tmp_path))) == []


def test_another_default_would_be_noticed(tmp_path: Path) -> None:
    changed = environment(tmp_path).model_copy(update={"job_timeout": 900.0})
    changed.model_fields_set.discard("job_timeout")
    assert list(wrong_with(changed)) == ["job_timeout is not set, and 0:15:00 is used instead of 0:10:00"]


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (['job_timeout = "59s"'], "job_timeout is 59 s: a job that waits for another is given up and paid twice"),
        (['job_timeout = "25h"'], "the next run, due every 1 day, 0:00:00, begins before this one has given up"),
        (['job_timeout = "2d"', 'schedule.current_quarter = "weekly"'], "job_timeout is 2 days, 0:00:00"),
        (['job_timeout = "61m"', 'schedule.current_quarter = "hourly"'], "the next run, due every 1:00:00"),
        (['job_timeout = "2m"', 'poll_interval = "2m"'], "a job is looked at once, and then given up"),
    ],
)
def test_what_makes_no_sense_is_told(tmp_path: Path, settings: list[str], wrong: str) -> None:
    (told,) = wrong_with(environment(tmp_path, *settings))
    assert wrong in told


@pytest.mark.parametrize(
    "settings",
    [
        ['job_timeout = "1m"'],
        ['job_timeout = "1d"'],
        ['job_timeout = "1h"', 'schedule.current_quarter = "hourly"'],
        ['job_timeout = "2m"', 'poll_interval = "119s"'],
    ],
)
def test_the_limits_themselves_are_good(tmp_path: Path, settings: list[str]) -> None:
    assert list(wrong_with(environment(tmp_path, *settings))) == []
