-- Returns nothing: adds the plain entries of $files to staged_entries, all of them or, with an error, none.
-- A JSON number becomes a double. Where the double nearest to an amount in cents is that very double, the amount is what
-- the number's text says, rounded half up: so far apart are cents, and so close are doubles, below 10^13. Any other
-- number is an error, as is what no column takes; whoever reads on looks at the text.
INSERT INTO staged_entries
SELECT
    CASE
        WHEN
            CAST(CAST({{forecast_amount}} AS DECIMAL(15, 2)) AS DOUBLE) IS NOT DISTINCT FROM {{forecast_amount}}
            AND CAST(CAST({{quota_amount}} AS DECIMAL(15, 2)) AS DOUBLE) IS NOT DISTINCT FROM {{quota_amount}}
            AND CAST(CAST({{adjustment_amount}} AS DECIMAL(15, 2)) AS DOUBLE) IS NOT DISTINCT FROM {{adjustment_amount}}
            AND CAST(CAST({{crm_total}} AS DECIMAL(15, 2)) AS DOUBLE) IS NOT DISTINCT FROM {{crm_total}}
            AND CAST(CAST({{crm_closed}} AS DECIMAL(15, 2)) AS DOUBLE) IS NOT DISTINCT FROM {{crm_closed}}
            THEN {{field_id}}
        ELSE error('an entry is not plain')
    END,
    {{time_period_id}},
    {{time_frame_id}},
    {{user_id}},
    coalesce({{currency}}.code, ''),
    CAST({{forecast_amount}} AS DECIMAL(15, 2)),
    CAST({{quota_amount}} AS DECIMAL(15, 2)),
    CAST({{adjustment_amount}} AS DECIMAL(15, 2)),
    CAST({{crm_total}} AS DECIMAL(15, 2)),
    CAST({{crm_closed}} AS DECIMAL(15, 2)),
    {{is_updated}},
    {{updated_by}},
    epoch_ms({{updated_at}}),
    {{adjusted_by}},
    epoch_ms({{adjusted_at}}),
    NULL
FROM read_json(
    $files,
    format = 'array',
    maximum_object_size = 1048576,
    columns = {
        {{field_id}}: 'VARCHAR',
        {{time_period_id}}: 'VARCHAR',
        {{time_frame_id}}: 'VARCHAR',
        {{user_id}}: 'VARCHAR',
        {{forecast_amount}}: 'DOUBLE',
        {{quota_amount}}: 'DOUBLE',
        {{adjustment_amount}}: 'DOUBLE',
        {{crm_total}}: 'DOUBLE',
        {{crm_closed}}: 'DOUBLE',
        {{is_updated}}: 'BOOLEAN',
        {{updated_by}}: 'VARCHAR',
        {{updated_at}}: 'BIGINT',
        {{adjusted_by}}: 'VARCHAR',
        {{adjusted_at}}: 'BIGINT',
        {{currency}}: 'STRUCT(code VARCHAR)'
    }
)
