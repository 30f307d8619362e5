-- Returns one row for each user (F13), as last seen.
{{ config(enabled=clari_readiness.source_is('exporter')) }}
SELECT
    user_id,
    name,
    email,
    hierarchy_id,
    parent_hierarchy_id,
    seen_at
FROM {{ source('clari', 'users') }}
