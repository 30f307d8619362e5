-- Returns each person's amounts as they stand in each export: one row for each type. Part of the other statements here.
-- Each week holds the whole quarter as it was seen then, so the latest that has an amount of the type is what counts.
-- The ids of weeks sort by date (F13), and weeks come unordered (F15).
WITH entries AS NOT MATERIALIZED ({{rows}}),
latest AS (
    SELECT
        side,
        max(time_frame_id) FILTER (forecast_amount IS NOT NULL) AS forecast,
        max(time_frame_id) FILTER (quota_amount IS NOT NULL) AS quota,
        max(time_frame_id) FILTER (adjustment_amount IS NOT NULL) AS adjustment,
        max(time_frame_id) FILTER (crm_total IS NOT NULL) AS crm_total,
        max(time_frame_id) FILTER (crm_closed IS NOT NULL) AS crm_closed
    FROM entries
    GROUP BY side
),
amounts AS (
    SELECT
        e.side,
        e.user_id,
        e.field_id,
        e.currency,
        unnest([
            {type: 'forecast', amount: CASE WHEN e.time_frame_id = w.forecast THEN e.forecast_amount END},
            {type: 'quota', amount: CASE WHEN e.time_frame_id = w.quota THEN e.quota_amount END},
            {type: 'adjustment', amount: CASE WHEN e.time_frame_id = w.adjustment THEN e.adjustment_amount END},
            {type: 'crm_total', amount: CASE WHEN e.time_frame_id = w.crm_total THEN e.crm_total END},
            {type: 'crm_closed', amount: CASE WHEN e.time_frame_id = w.crm_closed THEN e.crm_closed END}
        ], recursive := true)
    FROM entries AS e
    INNER JOIN latest AS w ON e.side = w.side
    WHERE e.time_frame_id IN (w.forecast, w.quota, w.adjustment, w.crm_total, w.crm_closed)
)
-- A row that was loaded twice is one amount all the same.
SELECT side, user_id, field_id, currency, type, max(amount) AS amount
FROM amounts
WHERE amount IS NOT NULL
GROUP BY side, user_id, field_id, currency, type
