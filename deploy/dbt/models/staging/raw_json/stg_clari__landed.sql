-- Returns one row for each job that landed: its document, and what it was asked for, as far as that is known.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
WITH landed AS (
    SELECT
        job_id,
        forecast_id,
        {{ var('clari_scope_id') }} AS scope_id,
        {{ var('clari_currency') }} AS currency,
        {{ var('clari_types') }} AS types,
        {{ var('clari_include_historical') }} AS include_historical,
        {{ clari_readiness.in_utc('finished_at') }} AS exported_at,
        document,
        row_number() OVER (PARTITION BY job_id ORDER BY finished_at DESC) AS nth
    FROM {{ source('clari_landed', 'clari_results') }}
)
SELECT
    job_id,
    forecast_id,
    scope_id,
    currency,
    types,
    include_historical,
    exported_at,
    document
FROM landed
WHERE nth = 1
