-- Returns nothing: keeps each period as last seen; of two told at one moment the greater, as in load_users.sql.
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
        AND (
            coalesce('=' || excluded.type, ''),
            coalesce('=' || excluded.label, ''),
            coalesce('=' || excluded.year, ''),
            coalesce('=' || CAST(excluded.start_date AS VARCHAR), ''),
            coalesce('=' || CAST(excluded.end_date AS VARCHAR), ''),
            coalesce('=' || excluded.crm_id, '')
        ) > (
            coalesce('=' || time_periods.type, ''),
            coalesce('=' || time_periods.label, ''),
            coalesce('=' || time_periods.year, ''),
            coalesce('=' || CAST(time_periods.start_date AS VARCHAR), ''),
            coalesce('=' || CAST(time_periods.end_date AS VARCHAR), ''),
            coalesce('=' || time_periods.crm_id, '')
        )
    )
