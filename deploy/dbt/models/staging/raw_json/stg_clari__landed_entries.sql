-- Returns one row for each entry of each document, repeated keys as often as they came.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
WITH entries AS (
    {{ clari_readiness.elements_of(
        ref('stg_clari__landed'), 'entries', ['job_id', 'forecast_id', 'currency', 'exported_at']
    ) }}
)
SELECT
    forecast_id,
    {{ clari_readiness.text_of(['timePeriodId']) }} AS time_period_id,
    {{ clari_readiness.text_of(['timeFrameId']) }} AS time_frame_id,
    {{ clari_readiness.text_of(['userId']) }} AS user_id,
    {{ clari_readiness.text_of(['fieldId']) }} AS field_id,
    coalesce({{ clari_readiness.text_of(['currency', 'code']) }}, currency) AS currency,
    exported_at,
    job_id,
    {% for type, column in clari_readiness.amount_columns().items() %}
    CAST({{ clari_readiness.text_of([clari_readiness.value_name(type)]) }} AS NUMERIC(15, 2)) AS {{ column }},
    {% endfor %}
    {% for type in clari_readiness.export_types() %}
    CASE WHEN {{ clari_readiness.has_key(clari_readiness.value_name(type)) }} THEN 1 ELSE 0 END AS has_{{ type }},
    {% endfor %}
    CAST({{ clari_readiness.text_of(['updatedOn']) }} AS BIGINT) AS updated_ms,
    CAST({{ clari_readiness.text_of(['adjustedOn']) }} AS BIGINT) AS adjusted_ms
FROM entries
