-- Returns one row for each key, each amount from the latest snapshot that asked for its type: an export of other types,
-- of a scope or of another currency says nothing about the rest. A key that the latest snapshot lacks is still current
-- when an amount is known that the latest did not ask for.
{%- set key = 'e.forecast_id, e.time_period_id, e.time_frame_id, e.user_id, e.field_id, e.currency' %}
WITH sources AS (
    SELECT
        forecast_id,
        time_period_id,
        time_frame_id,
        job_id,
        exported_at,
        max(CASE WHEN type = '' THEN 1 ELSE 0 END) AS latest,
        {% for type in clari_readiness.amount_columns() %}
        max(CASE WHEN type = '{{ type }}' THEN 1 ELSE 0 END) AS {{ type }}{{ ',' if not loop.last }}
        {% endfor %}
    FROM {{ ref('int_clari__latest_snapshots') }}
    GROUP BY forecast_id, time_period_id, time_frame_id, job_id, exported_at
),
ranked AS (
    SELECT
        {{ key }},
        e.exported_at,
        e.job_id,
        s.latest,
        row_number() OVER (PARTITION BY {{ key }} ORDER BY e.exported_at DESC, e.job_id DESC) AS nth,
        {% for type, column in clari_readiness.amount_columns().items() %}
        CASE WHEN s.{{ type }} = 1 THEN e.{{ column }} END AS {{ column }},
        CASE
            WHEN s.{{ type }} = 1
                THEN row_number() OVER (
                    PARTITION BY {{ key }}, s.{{ type }} ORDER BY e.exported_at DESC, e.job_id DESC
                )
        END AS nth_{{ type }}{{ ',' if not loop.last }}
        {% endfor %}
    FROM {{ ref('stg_clari__forecast_entries') }} AS e
    INNER JOIN sources AS s
        ON e.exported_at = s.exported_at
        AND e.job_id = s.job_id
        AND e.forecast_id = s.forecast_id
        AND e.time_period_id = s.time_period_id
        AND e.time_frame_id = s.time_frame_id
),
known AS (
    SELECT
        {{ key }},
        max(e.exported_at) AS exported_at,
        max(CASE WHEN e.nth = 1 THEN e.job_id END) AS job_id,
        max(e.latest) AS latest,
        {% for type, column in clari_readiness.amount_columns().items() %}
        max(CASE WHEN e.nth_{{ type }} = 1 THEN e.{{ column }} END) AS {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    FROM ranked AS e
    GROUP BY {{ key }}
)
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    user_id,
    field_id,
    currency,
    exported_at,
    job_id,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed
FROM known
WHERE
    latest = 1
    OR forecast_amount IS NOT NULL
    OR quota_amount IS NOT NULL
    OR adjustment_amount IS NOT NULL
    OR crm_total IS NOT NULL
    OR crm_closed IS NOT NULL
