-- Returns nothing: keeps each period as last seen; of two told at one moment the lesser, as in load_users.sql.
INSERT INTO time_periods (time_period_id, type, label, year, start_date, end_date, crm_id, seen_at)
SELECT time_period_id, type, label, year, start_date, end_date, crm_id, $exported_at
FROM {{listed}}
ON CONFLICT (time_period_id) DO UPDATE SET
    type = excluded.type,
    label = excluded.label,
    year = excluded.year,
    start_date = excluded.start_date,
    end_date = excluded.end_date,
    crm_id = excluded.crm_id,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > time_periods.seen_at
    OR (
        excluded.seen_at = time_periods.seen_at
        AND CAST(json_array(
            excluded.type, excluded.label, excluded.year, CAST(excluded.start_date AS VARCHAR),
            CAST(excluded.end_date AS VARCHAR), excluded.crm_id
        ) AS VARCHAR) < CAST(json_array(
            time_periods.type, time_periods.label, time_periods.year, CAST(time_periods.start_date AS VARCHAR),
            CAST(time_periods.end_date AS VARCHAR), time_periods.crm_id
        ) AS VARCHAR)
    )
