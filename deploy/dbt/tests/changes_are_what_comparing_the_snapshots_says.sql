-- Returns each change that is kept and was none, and each that was one and is not kept.
{{ config(enabled=clari_readiness.source_is('exporter')) }}
{%- set columns = [
    'forecast_id', 'time_period_id', 'time_frame_id', 'user_id', 'field_id', 'currency', 'type', 'kind',
    'previous_amount', 'current_amount', 'previous_job_id', 'previous_exported_at', 'job_id', 'detected_at',
] | join(', ') %}
WITH told AS (
    SELECT 1 AS kept, -1 AS balance, {{ columns }}
    FROM {{ ref('stg_clari__entry_changes') }}
    UNION ALL
    SELECT 0 AS kept, 1 AS balance, {{ columns }}
    FROM {{ ref('int_clari__compared_changes') }}
)
SELECT {{ columns }}, sum(kept) AS times_kept
FROM told
GROUP BY {{ columns }}
HAVING sum(balance) <> 0
