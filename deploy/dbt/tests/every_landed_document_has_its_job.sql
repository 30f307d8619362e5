-- Returns each landed row without a job, forecast, moment or document: nothing could be made of it.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
SELECT job_id, forecast_id, finished_at
FROM {{ source('clari_landed', 'clari_results') }}
WHERE job_id IS NULL OR forecast_id IS NULL OR finished_at IS NULL OR document IS NULL
