-- Returns each forecast and period of which clari_forecasts holds more or less than the snapshots do, in rows or money.
{%- set sums %}
    {% for column in clari_readiness.amount_columns().values() %}
    sum(coalesce({{ column }}, 0)) AS {{ column }},
    {% endfor %}
    count(*) AS found
{%- endset %}
WITH held AS (
    SELECT forecast_id, time_period_id, {{ sums }}
    FROM {{ ref('stg_clari__forecast_entries') }}
    GROUP BY forecast_id, time_period_id
),
shown AS (
    SELECT forecast_name, time_period, {{ sums }}
    FROM {{ ref('clari_forecasts') }}
    GROUP BY forecast_name, time_period
)
SELECT
    coalesce(held.forecast_id, shown.forecast_name) AS forecast_id,
    coalesce(held.time_period_id, shown.time_period) AS time_period_id
FROM held
FULL JOIN shown ON held.forecast_id = shown.forecast_name AND held.time_period_id = shown.time_period
WHERE
    held.found IS DISTINCT FROM shown.found
    {% for column in clari_readiness.amount_columns().values() %}
    OR held.{{ column }} IS DISTINCT FROM shown.{{ column }}
    {% endfor %}
