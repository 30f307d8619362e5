-- Returns one row: staged entries whose key is there already, as the same entry or as another one.
SELECT
    coalesce(sum(copies - versions), 0) AS same,
    coalesce(sum(versions - 1), 0) AS other
FROM (
    SELECT
        count(*) AS copies,
        count(DISTINCT hash(
            forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed,
            is_updated, updated_by, updated_at, adjusted_by, adjusted_at, extra
        )) AS versions
    FROM staged_entries
    GROUP BY field_id, time_period_id, time_frame_id, user_id, currency
    HAVING count(*) > 1
)
