"""Tables that a team has and did not shape, Fivetran's and documents as they landed, and the shipped views of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.strategies import encode

SHIPPED = Path(__file__).parents[1] / "deploy" / "warehouses"
VIEWS = {name: SHIPPED / f"{name}.sql" for name in ("raw_json/duckdb", "raw_json/postgres", "raw_json/snowflake")}
FIVETRAN = SHIPPED / "fivetran" / "clari_forecasts.sql"

SYNCHRONISED = """
    CREATE SCHEMA clari;
    CREATE TABLE clari.forecast_entry AS
    SELECT
        forecast_id, 'forecast' AS forecast_type, time_period_id, time_frame_id, user_id, field_id,
        CAST(forecast_amount AS DOUBLE) AS forecast_value, CAST(quota_amount AS DOUBLE) AS quota_value,
        CAST(adjustment_amount AS DOUBLE) AS adjustment_value, CAST(crm_total AS DOUBLE) AS aggregation_total,
        CAST(crm_closed AS DOUBLE) AS crm_closed, currency AS currency_code, '$' AS currency_symbol,
        is_updated, updated_by, epoch_ms(updated_at) AS updated_on,
        (exported_at + to_seconds(row_number() OVER (ORDER BY user_id) % 40)) AT TIME ZONE 'UTC' AS _fivetran_synced,
        false AS _fivetran_deleted
    FROM exported.forecast_entries
    QUALIFY rank() OVER (PARTITION BY forecast_id, time_period_id ORDER BY exported_at DESC) = 1;
    -- What was deleted in Clari stays, marked; and the quarter to come is there already, with its quotas (F32).
    INSERT INTO clari.forecast_entry
    SELECT * REPLACE (
        'gone' AS user_id, true AS _fivetran_deleted, _fivetran_synced + INTERVAL 1 DAY AS _fivetran_synced
    )
    FROM clari.forecast_entry LIMIT 1;
    INSERT INTO clari.forecast_entry
    SELECT * REPLACE (
        CASE
            WHEN time_period_id[6:] = 'Q4' THEN (CAST(time_period_id[:4] AS INTEGER) + 1) || '_Q1'
            ELSE time_period_id[:6] || (CAST(time_period_id[7:] AS INTEGER) + 1)
        END AS time_period_id,
        'TF:to-come' AS time_frame_id, 1000.5 AS quota_value,
        NULL AS forecast_value, NULL AS adjustment_value, NULL AS aggregation_total, NULL AS crm_closed
    )
    FROM clari.forecast_entry
    WHERE NOT _fivetran_deleted
    QUALIFY row_number() OVER (ORDER BY time_period_id DESC, time_frame_id, user_id, field_id) = 1;
    CREATE TABLE clari.users AS
    SELECT user_id, f.forecast_id, 'forecast' AS forecast_type, name, email, hierarchy_id, parent_hierarchy_id,
        seen_at AT TIME ZONE 'UTC' AS _fivetran_synced, false AS _fivetran_deleted
    FROM exported.users CROSS JOIN (VALUES ('net_bookings'), ('renewals')) AS f (forecast_id);
"""


def fivetran(exported: Path, target: Path) -> None:
    """Make the tables that Fivetran would have of the newest exports in a file: no history, amounts in binary."""
    with duckdb.connect(target) as connection:
        connection.execute(f"SET TimeZone = 'UTC'; ATTACH '{exported}' AS exported (READ_ONLY)")
        connection.execute(SYNCHRONISED)


def landing(target: Path, documents: Iterable[tuple[str, datetime, dict[str, Any]]]) -> None:
    """Make the table of documents as they landed: job, moment of its end, and the text that came."""
    with duckdb.connect(target) as connection:
        connection.execute(
            "CREATE SCHEMA raw; CREATE TABLE raw.clari_results"
            " (job_id VARCHAR, forecast_id VARCHAR, finished_at TIMESTAMPTZ, document JSON)"
        )
        for job, at, document in documents:
            row = [job, "net_bookings", at, encode(document).decode()]
            connection.execute("INSERT INTO raw.clari_results VALUES (?, ?, ?, ?)", row)
