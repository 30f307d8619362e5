-- Returns one row for each of the forecasts and each period: what its newest export (UTC) holds, and what earlier ones held.
-- `rows` and `amounts` are the newest export's, `amounts_before` the most that an earlier one held, or NULL where there
-- is none. `shared_rows` are those in weeks that the export just before it holds as well, `shared_rows_before` that one's.
-- reads: forecast_name, time_period, exported_at
-- optional: time_frame_id, forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed
WITH {{forecasts}},
weeks AS (
    SELECT
        forecast_name,
        time_period,
        CAST(exported_at AS TIMESTAMP) AS exported_at,
        coalesce(CAST(time_frame_id AS VARCHAR), '') AS week,
        count(*) AS rows,
        count(coalesce(forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed)) AS amounts
    FROM forecasts
    WHERE list_contains($forecasts, forecast_name)
    GROUP BY forecast_name, time_period, CAST(exported_at AS TIMESTAMP), coalesce(CAST(time_frame_id AS VARCHAR), '')
),
numbered AS (
    SELECT
        *,
        dense_rank() OVER (PARTITION BY forecast_name, time_period ORDER BY exported_at DESC) AS age
    FROM weeks
),
shared AS (
    SELECT
        newest.forecast_name,
        newest.time_period,
        CAST(sum(newest.rows) AS BIGINT) AS rows,
        CAST(sum(before.rows) AS BIGINT) AS rows_before
    FROM numbered AS newest
    INNER JOIN numbered AS before
        ON newest.forecast_name = before.forecast_name
        AND newest.time_period = before.time_period
        AND newest.week = before.week
    WHERE newest.age = 1 AND before.age = 2
    GROUP BY newest.forecast_name, newest.time_period
),
exports AS (
    SELECT
        forecast_name,
        time_period,
        exported_at,
        age,
        CAST(sum(rows) AS BIGINT) AS rows,
        CAST(sum(amounts) AS BIGINT) AS amounts
    FROM numbered
    GROUP BY forecast_name, time_period, exported_at, age
),
earlier AS (
    SELECT
        forecast_name,
        time_period,
        max(amounts) AS amounts
    FROM exports
    WHERE age > 1
    GROUP BY forecast_name, time_period
)
SELECT
    newest.forecast_name,
    newest.time_period,
    newest.exported_at,
    newest.rows,
    newest.amounts,
    earlier.amounts AS amounts_before,
    shared.rows AS shared_rows,
    shared.rows_before AS shared_rows_before
FROM exports AS newest
LEFT JOIN earlier USING (forecast_name, time_period)
LEFT JOIN shared USING (forecast_name, time_period)
WHERE newest.age = 1
ORDER BY newest.forecast_name, newest.time_period
