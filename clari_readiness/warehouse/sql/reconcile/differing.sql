-- Returns up to 20 amounts of $columns that differ and ought not to, or with $undated those that may and nobody can say
-- since when, as in totals.sql; the largest differences first.
WITH found AS ({{found}}),
expected AS ({{expected}}),
pairs AS (
    SELECT
        e.time_frame_id,
        e.user_id,
        e.field_id,
        e.currency,
        unnest([
            {
                'name': 'forecast_amount', 'expected': e.forecast_amount,
                'found': f.forecast_amount, 'changed_at': e.updated_at
            },
            {
                'name': 'adjustment_amount', 'expected': e.adjustment_amount,
                'found': f.adjustment_amount, 'changed_at': e.adjusted_at
            },
            {'name': 'quota_amount', 'expected': e.quota_amount, 'found': f.quota_amount, 'changed_at': NULL},
            {'name': 'crm_total', 'expected': e.crm_total, 'found': f.crm_total, 'changed_at': NULL},
            {'name': 'crm_closed', 'expected': e.crm_closed, 'found': f.crm_closed, 'changed_at': NULL}
        ], recursive := true)
    FROM expected AS e
    INNER JOIN found AS f USING (time_frame_id, user_id, field_id, currency)
)
SELECT time_frame_id, user_id, field_id, currency, name, expected, found
FROM pairs
WHERE
    expected IS DISTINCT FROM found
    AND list_contains($columns, name)
    AND CASE
        WHEN $undated THEN NOT $strict AND changed_at IS NULL
        ELSE $strict OR coalesce(changed_at <= CAST($exported_at AS TIMESTAMP), false)
    END
ORDER BY abs(coalesce(expected, 0) - coalesce(found, 0)) DESC, time_frame_id, user_id, field_id, currency, name
LIMIT 20
