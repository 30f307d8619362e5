-- Returns the periods that a document lists.
SELECT
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
