-- Returns nothing: keeps each period as last seen; of two told at one moment the greater.
INSERT INTO time_periods
SELECT DISTINCT ON (timePeriodId)
    timePeriodId, type, label, year, TRY_CAST(startDate AS DATE), TRY_CAST(endDate AS DATE), crmId, $exported_at
FROM read_json(
    $time_periods,
    format = 'array',
    columns = {
        timePeriodId: 'VARCHAR', type: 'VARCHAR', label: 'VARCHAR', year: 'VARCHAR', startDate: 'VARCHAR',
        endDate: 'VARCHAR', crmId: 'VARCHAR'
    }
)
ORDER BY timePeriodId, CAST(row(type, label, year, startDate, endDate, crmId) AS VARCHAR) DESC
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
        AND CAST(row(
            excluded.type, excluded.label, excluded.year, excluded.start_date, excluded.end_date, excluded.crm_id
        ) AS VARCHAR) > CAST(row(
            time_periods.type, time_periods.label, time_periods.year, time_periods.start_date, time_periods.end_date,
            time_periods.crm_id
        ) AS VARCHAR)
    )
