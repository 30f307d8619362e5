-- Returns nothing: adds the rows of $file, one JSON object a line, to staged_entries.
INSERT INTO staged_entries
SELECT
    field_id,
    time_period_id,
    time_frame_id,
    user_id,
    currency,
    CAST(forecast_amount AS DECIMAL(15, 2)),
    CAST(quota_amount AS DECIMAL(15, 2)),
    CAST(adjustment_amount AS DECIMAL(15, 2)),
    CAST(crm_total AS DECIMAL(15, 2)),
    CAST(crm_closed AS DECIMAL(15, 2)),
    is_updated,
    updated_by,
    epoch_ms(updated_at),
    adjusted_by,
    epoch_ms(adjusted_at),
    CAST(extra AS JSON)
FROM read_json(
    $file,
    format = 'newline_delimited',
    columns = {
        field_id: 'VARCHAR', time_period_id: 'VARCHAR', time_frame_id: 'VARCHAR', user_id: 'VARCHAR',
        currency: 'VARCHAR', forecast_amount: 'VARCHAR', quota_amount: 'VARCHAR', adjustment_amount: 'VARCHAR',
        crm_total: 'VARCHAR', crm_closed: 'VARCHAR', is_updated: 'BOOLEAN', updated_by: 'VARCHAR',
        updated_at: 'BIGINT', adjusted_by: 'VARCHAR', adjusted_at: 'BIGINT', extra: 'VARCHAR'
    }
)
