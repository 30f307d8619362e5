-- Returns one row for each week that a job covered, with the types that it asked for.
{{ config(enabled=clari_readiness.source_is('exporter')) }}
SELECT
    job_id,
    forecast_id,
    time_period_id,
    time_frame_id,
    scope_id,
    currency,
    exported_at,
    entries,
    {% for type in clari_readiness.export_types() %}
    {{ clari_readiness.has_type('types', type) }} AS {{ type }}{{ ',' if not loop.last }}
    {% endfor %}
FROM {{ source('clari', 'snapshots') }}
