-- Returns nothing: keeps each period as last seen.
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
ON CONFLICT (time_period_id) DO UPDATE SET
    type = excluded.type,
    label = excluded.label,
    year = excluded.year,
    start_date = excluded.start_date,
    end_date = excluded.end_date,
    crm_id = excluded.crm_id,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > time_periods.seen_at
