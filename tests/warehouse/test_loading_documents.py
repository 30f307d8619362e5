from __future__ import annotations

import json
import resource
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from clari_readiness.errors import DocumentRefused, WarehouseError
from clari_readiness.model.calendar import Quarter
from clari_readiness.model.exports import AMOUNTS
from clari_readiness.warehouse import DuckDBWarehouse
from tests.strategies import encode, forecast_documents
from tests.warehouse.documents import ENDED, ask, document, dump, entry, land, snapshot
from tests.warehouse.shelf import Shelf

Load = Callable[..., Any]


def test_the_same_job_again_changes_nothing(load: Load, path: Path) -> None:
    content = document(entry("1:A"), entry("2:A"))
    assert load(content).inserted == 2
    before = dump(path)
    again = load(content)
    assert (again.inserted, again.unchanged) == (0, 2)
    assert dump(path) == before


def test_two_jobs_are_two_snapshots_side_by_side(load: Load, path: Path) -> None:
    load(document(entry(forecastValue=1)))
    load(document(entry(forecastValue=2)), snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert ask(path, "SELECT job_id, forecast_amount FROM forecast_entries ORDER BY job_id") == [
        ("job-1", Decimal("1.00")),
        ("job-2", Decimal("2.00")),
    ]


def test_two_jobs_of_one_millisecond_leave_the_greater_whichever_comes_first(load: Load, path: Path) -> None:
    first, second = document(entry(forecastValue=1)), document(entry(forecastValue=2))
    load(second, snapshot("job-2"))
    load(first, snapshot("job-1"))
    assert ask(path, "SELECT job_id, forecast_amount FROM forecast_entries") == [("job-2", Decimal("2.00"))]
    load(document(entry(forecastValue=3)), snapshot("job-3"))
    assert ask(path, "SELECT job_id, forecast_amount FROM forecast_entries") == [("job-3", Decimal("3.00"))]


def test_one_person_with_two_roles_is_two_users_with_one_address(load: Load, path: Path) -> None:
    load(document(entry("1:A", forecastValue=1), entry("1:B", forecastValue=2)))
    assert ask(path, "SELECT user_id, owner_email, forecast_amount FROM clari_forecasts ORDER BY user_id") == [
        ("1:A", "1@example.com", Decimal("1.00")),
        ("1:B", "1@example.com", Decimal("2.00")),
    ]


def test_a_week_that_straddles_two_quarters_is_kept_in_both(load: Load, path: Path) -> None:
    week = "TF:2026-07-29"
    load(document(entry(frame=week, period="2027_Q2", forecastValue=1)), snapshot("job-1", period="2027_Q2"))
    load(document(entry(frame=week, period="2027_Q3", forecastValue=2)), snapshot("job-2", period="2027_Q3"))
    assert ask(path, "SELECT time_period_id, forecast_amount FROM current_entries ORDER BY 1") == [
        ("2027_Q2", Decimal("1.00")),
        ("2027_Q3", Decimal("2.00")),
    ]
    assert len(ask(path, "FROM time_frames")) == 2


def test_keys_without_a_column_are_kept_exactly(load: Load, path: Path) -> None:
    text = encode(document(entry(), entry("2:A", later="@"))).decode()
    load(text.replace('"@"', '{"deep":[1.50,12345678901234567890.123,null,"é\\"\\u0041"],"none":null}'))
    rows = dict(ask(path, "SELECT user_id, extra::VARCHAR FROM forecast_entries"))
    assert rows["1:A"] is None
    assert rows["2:A"] == '{"later":{"deep":[1.50,12345678901234567890.123,null,"é\\"A"],"none":null}}'


def test_who_and_when_arrive(load: Load, path: Path) -> None:
    load(document(entry(isUpdated=True, updatedBy="9:Z", updatedOn=1786000000123, adjustedBy=4711, adjustedOn=None)))
    found = ask(path, "SELECT is_updated, updated_by, updated_at, adjusted_by, adjusted_at FROM forecast_entries")
    assert found == [(True, "9:Z", datetime(2026, 8, 6, 7, 6, 40, 123000), "4711", None)]  # noqa: DTZ001 - kept as UTC


def test_names_are_data(load: Load, path: Path) -> None:
    name = "Robert'); DROP TABLE users; -- <img src=x onerror=1> =1+1 \\ \" 🦊 \u202eabc"
    content = document(entry())
    content["users"][0]["name"] = name
    load(content)
    assert ask(path, "SELECT owner_name FROM clari_forecasts") == [(name,)]


def test_ids_with_escapes_arrive_unescaped(load: Load, path: Path) -> None:
    user = 'a"b\\c\u00e9\n:R'
    load(json.dumps(document(entry(user))))
    assert ask(path, "SELECT user_id, owner_name FROM clari_forecasts") == [(user, f"Name of {user}")]


def test_the_same_entry_twice_is_one_row(warehouse: DuckDBWarehouse, judge: Any, load: Load, tmp_path: Path) -> None:
    content = document(entry(), entry("2:A"), entry())
    staged = warehouse.stage(land(tmp_path, content), judge, {})
    assert (staged.entries, staged.same, staged.other) == (2, 1, 0)
    assert load(content).inserted == 2


def test_of_entries_with_one_key_the_one_updated_last_stays(
    warehouse: DuckDBWarehouse, judge: Any, load: Load, tmp_path: Path, path: Path
) -> None:
    content = document(
        entry(forecastValue=1, updatedOn=2000),
        entry(forecastValue=2, updatedOn=3000),
        entry(forecastValue=3),
        entry(forecastValue=2, updatedOn=3000),
    )
    staged = warehouse.stage(land(tmp_path, content), judge, {})
    assert (staged.entries, staged.same, staged.other) == (1, 1, 2)
    load(content)
    assert ask(path, "SELECT forecast_amount FROM forecast_entries") == [(Decimal("2.00"),)]


def test_an_older_snapshot_that_comes_late_does_not_bring_back_old_names(load: Load, path: Path) -> None:
    load(document(entry()), snapshot("job-2"))
    old = document(entry())
    old["users"][0]["name"] = "As it was"
    load(old, snapshot("job-1", at=ENDED - timedelta(days=1)))
    assert ask(path, "SELECT name FROM users") == [("Name of 1:A",)]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"userId": None}, "$.entries[1].userId"),
        ({"userId": ""}, "$.entries[1].userId"),
        ({"fieldId": 7}, "$.entries[1].fieldId"),
        ({"isUpdated": "yes"}, "$.entries[1].isUpdated"),
        ({"updatedOn": "yesterday"}, "$.entries[1].updatedOn"),
        ({"updatedOn": 12.5}, "$.entries[1].updatedOn"),
        ({"updatedOn": 10**17}, "$.entries[1].updatedOn"),
        ({"currency": "USD"}, "$.entries[1].currency"),
        ({"currency": {"code": "dollars"}}, "$.entries[1].currency.code"),
        ({"userId": "9:Z"}, "$.entries[1].userId"),
        ({"timeFrameId": "TF:never"}, "$.entries[1].timeFrameId"),
        ({"fieldId": "fc_other"}, "$.entries[1].fieldId"),
        ({"timePeriodId": "2027_Q4"}, "$.entries[1].timePeriodId"),
    ],
)
def test_a_broken_entry_is_refused_at_its_place_and_the_warehouse_is_as_it_was(
    load: Load, path: Path, change: dict[str, Any], where: str
) -> None:
    load(document(entry(forecastValue=1)))
    before = dump(path)
    content = document(entry(), entry("2:A"))
    content["entries"][1] |= change
    with pytest.raises(DocumentRefused) as refused:
        load(content, snapshot("job-2", at=ENDED + timedelta(days=1)))
    assert [violation.partition(": ")[0] for violation in refused.value.violations] == [where]
    assert dump(path) == before


@pytest.mark.parametrize("key", ["fieldId", "timePeriodId", "timeFrameId", "userId"])
def test_a_missing_key_is_refused(load: Load, path: Path, key: str) -> None:
    content = document(entry(), entry("2:A"))
    del content["entries"][1][key]
    with pytest.raises(DocumentRefused, match=rf"\$\.entries\[1\].*{key}"):
        load(content)
    assert not any(dump(path).values())


def test_all_violations_are_told_at_once_in_the_documents_order(load: Load) -> None:
    content = document(*(entry(f"{number}:A", forecastValue="n/a") for number in range(30)))
    with pytest.raises(DocumentRefused) as refused:
        load(content)
    assert [violation.partition(":")[0] for violation in refused.value.violations] == [
        f"$.entries[{number}].forecastValue" for number in range(30)
    ]
    assert "(and 29 more)" in str(refused.value)


def test_a_hundred_of_the_violations_are_told_and_no_more(shelf: Shelf) -> None:
    people = [f"{number}:A" for number in range(102)]
    with pytest.raises(DocumentRefused, match=r"\(and 99 more\)") as refused:
        shelf.stage(document(*(entry(user, forecastValue="n/a") for user in people)))
    assert [violation.partition(".f")[0] for violation in refused.value.violations] == [
        f"$.entries[{number}]" for number in range(100)
    ]
    nameless = [{"userId": user, "name": 5, "email": "a@example.com"} for user in people]
    with pytest.raises(DocumentRefused, match=r"\(and 101 more\)") as refused:
        shelf.stage(document(entry(), users=nameless))
    assert len(refused.value.violations) == 100


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"<html>502</html>", "is no JSON"),
        (b'{"entries": [{"fieldId": "x"', "is no JSON"),
        (b'{"entries": [{"forecastValue": NaN}]}', "is no JSON"),
        (b'{"entries": []} {}', "is no JSON"),
        (b"[]", r"Expected `object`"),
        (b'{"users": []}', "`entries`"),
        (b'{"entries": {"a": 1}}', r"\$\.entries: expected a list"),
        (b'{"entries": null}', r"\$\.entries: expected a list"),
        (b'{"entries": [1], "users": [], "fields": [], "timePeriods": [], "timeFrames": []}', r"\$\.entries\[0\]"),
        (b'{"entries": [], "users": 5}', r"\$\.users"),
        (b'{"code": "internal_server_error", "message": "sorry"}', "`entries`"),
        (b'{"entries": [{"fieldId": "\xff"}], "users": [], "fields": [], "timePeriods": [], "timeFrames": []}', "read"),
    ],
)
def test_what_is_no_forecast_document_is_refused_in_one_clear_line(
    load: Load, path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(DocumentRefused, match=says) as refused:
        load(content)
    assert "\n" not in str(refused.value)
    assert not any(dump(path).values())


def test_an_id_that_is_not_listed_is_told_once_beside_what_else_is_wrong(load: Load, path: Path) -> None:
    content = document(*(entry(f"{number}:A") for number in range(5)))
    content["users"] = content["users"][:2]
    content["entries"] += [entry("2:A"), entry("0:A", forecastValue="n/a")]
    with pytest.raises(DocumentRefused) as refused:
        load(content)
    assert refused.value.violations == (
        *(f'$.entries[{number}].userId: "{number}:A" is not in `users`' for number in (2, 3, 4)),
        '$.entries[6].forecastValue: expected a number or null, got "n/a"',
    )
    assert not any(dump(path).values())


@pytest.mark.parametrize("missing", ["users", "fields", "timePeriods", "timeFrames"])
def test_a_list_that_entries_refer_to_may_not_be_missing(load: Load, path: Path, missing: str) -> None:
    content = document(entry())
    del content[missing]
    with pytest.raises(DocumentRefused, match=missing):
        load(content)
    assert not any(dump(path).values())


def test_an_empty_document_stages_as_nothing(warehouse: DuckDBWarehouse, judge: Any, tmp_path: Path) -> None:
    staged = warehouse.stage(land(tmp_path, b'{"entries": [ ]}'), judge, {})
    assert (staged.entries, staged.periods, staged.listed_periods) == (0, (), ())


@pytest.mark.parametrize("new", [{}, {"newKey": 1}], ids=["plain", "looked at twice"])
def test_types_of_which_no_entry_has_the_key_are_told_and_null_is_not_absent(shelf: Shelf, new: dict[str, Any]) -> None:
    staged = shelf.stage(document(entry(quotaValue=None, **new)))
    assert staged.absent_types == ("adjustment", "crm_total", "crm_closed")


def test_a_document_in_parts_keeps_every_entry_and_its_position(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clari_readiness.warehouse.splitting.PIECE", 100)
    tricky = {"list": [{"a": "},{"}, {"fieldId": 1}], "text": '},{"x'}
    entries = [entry(f"{number}:A", forecastValue=number, **tricky) for number in range(200)]
    assert load(document(*entries)).inserted == 200
    entries[150]["forecastValue"] = "n/a"
    broken = document(*entries)
    with pytest.raises(DocumentRefused) as refused:
        load(broken)
    assert [violation.partition(":")[0] for violation in refused.value.violations] == ["$.entries[150].forecastValue"]


@pytest.mark.database
@given(content=forecast_documents(quarter=Quarter(2027, 3)))
def test_law_every_valid_document_is_loaded_to_the_cent(shelf: Shelf, content: dict[str, Any]) -> None:
    """Law: each entry of a valid document is one row with the same key and the same amounts."""
    shelf.clear()
    shelf.load(content, snapshot())
    rows = shelf.ask(
        "SELECT field_id, time_period_id, time_frame_id, user_id,"
        " forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed FROM forecast_entries"
    )
    keys = ("fieldId", "timePeriodId", "timeFrameId", "userId", *(key for key, _ in AMOUNTS.values()))
    assert sorted(rows, key=str) == sorted(
        (tuple(each.get(key) for key in keys) for each in content["entries"]), key=str
    )


def test_the_parts_and_spill_files_are_gone_afterwards(load: Load, path: Path) -> None:
    load(document(entry()))
    assert not list(path.parent.glob("*.staging"))
    assert not list(path.parent.glob("*.spill"))


def test_staging_without_loading_leaves_the_star_empty(
    warehouse: DuckDBWarehouse, judge: Any, tmp_path: Path, path: Path
) -> None:
    warehouse.stage(land(tmp_path, document(entry())), judge, {})
    warehouse.close()
    assert not any(dump(path).values())


def test_times_are_kept_in_utc(load: Load, path: Path) -> None:
    load(document(entry()), snapshot(at=datetime.fromisoformat("2026-09-01T08:00:00+02:00")))
    at = ask(path, "SELECT exported_at FROM forecast_entries")[0][0]
    assert at.replace(tzinfo=UTC) == datetime(2026, 9, 1, 6, tzinfo=UTC)


def test_a_place_that_cannot_be_written_is_one_clear_line(
    warehouse: DuckDBWarehouse, judge: Any, load: Load, tmp_path: Path, path: Path
) -> None:
    load(document(entry()))
    before = dump(path)
    landed = land(tmp_path, document(*(entry(f"{number}:A") for number in range(3000))))
    was, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, was[1]))
    try:
        with pytest.raises(WarehouseError, match=r"cannot be staged in .*\.staging: File too large"):
            warehouse.stage(landed, judge, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)
        signal.signal(signal.SIGXFSZ, ignored)
        warehouse.close()
    assert dump(path) == before
