-- Returns the periods that a document lists, one of each id: of two told at one moment the greater.
SELECT DISTINCT ON (timePeriodId)
    timePeriodId AS time_period_id,
    type,
    label,
    year,
    TRY_CAST(startDate AS DATE) AS start_date,
    TRY_CAST(endDate AS DATE) AS end_date,
    crmId AS crm_id
FROM read_json(
    $listed,
    format = 'array',
    columns = {
        timePeriodId: 'VARCHAR', type: 'VARCHAR', label: 'VARCHAR', year: 'VARCHAR', startDate: 'VARCHAR',
        endDate: 'VARCHAR', crmId: 'VARCHAR'
    }
)
ORDER BY
    timePeriodId,
    coalesce('=' || type, '') DESC,
    coalesce('=' || label, '') DESC,
    coalesce('=' || year, '') DESC,
    coalesce('=' || CAST(TRY_CAST(startDate AS DATE) AS VARCHAR), '') DESC,
    coalesce('=' || CAST(TRY_CAST(endDate AS DATE) AS VARCHAR), '') DESC,
    coalesce('=' || crmId, '') DESC
