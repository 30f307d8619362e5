-- Returns one row for each amount that differs from the snapshot before: documents tell no changes (F28).
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
SELECT *
FROM {{ ref('int_clari__compared_changes') }}
