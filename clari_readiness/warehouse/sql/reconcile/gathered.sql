-- Returns nothing: makes found_rows, the team's rows as if they lay here: Clari's own, where both sides agree, and those
-- of $path, which were fetched, for the rest. Where the team has no column for an amount, nobody has it.
CREATE OR REPLACE TEMP TABLE found_rows AS
WITH compared AS ({{compared}})
SELECT
    time_frame_id,
    user_id,
    field_id,
    currency,
    {{same}},
    true AS there
FROM compared
WHERE NOT {{apart}}
UNION ALL
SELECT
    time_frame_id,
    user_id,
    field_id,
    currency,
    {{same}},
    true AS there
FROM read_json(
    $path,
    format = 'newline_delimited',
    columns = {
        time_frame_id: 'VARCHAR',
        user_id: 'VARCHAR',
        field_id: 'VARCHAR',
        currency: 'VARCHAR',
        forecast_amount: 'DECIMAL(15, 2)',
        quota_amount: 'DECIMAL(15, 2)',
        adjustment_amount: 'DECIMAL(15, 2)',
        crm_total: 'DECIMAL(15, 2)',
        crm_closed: 'DECIMAL(15, 2)'
    }
)
