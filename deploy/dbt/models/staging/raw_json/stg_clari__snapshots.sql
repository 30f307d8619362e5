-- Returns one row for each week that a job covered, with the types that it asked for. With the history asked for, a
-- listed week without entries is covered and empty; without it, only the weeks that have entries are known to be covered.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
WITH listed_periods AS (
    {{ clari_readiness.elements_of(ref('stg_clari__landed'), 'timePeriods', ['job_id']) }}
),
listed_weeks AS (
    {{ clari_readiness.elements_of(ref('stg_clari__landed'), 'timeFrames', ['job_id']) }}
),
periods AS (
    SELECT DISTINCT job_id, {{ clari_readiness.text_of(['timePeriodId']) }} AS time_period_id
    FROM listed_periods
),
weeks AS (
    SELECT DISTINCT job_id, {{ clari_readiness.text_of(['timeFrameId']) }} AS time_frame_id
    FROM listed_weeks
),
counted AS (
    SELECT job_id, time_period_id, time_frame_id, count(*) AS entries
    FROM {{ ref('stg_clari__landed_entries') }}
    GROUP BY job_id, time_period_id, time_frame_id
),
seen AS (
    SELECT
        job_id,
        {% for type in clari_readiness.export_types() %}
        max(has_{{ type }}) = 1 AS {{ type }}{{ ',' if not loop.last }}
        {% endfor %}
    FROM {{ ref('stg_clari__landed_entries') }}
    GROUP BY job_id
)
SELECT
    l.job_id,
    l.forecast_id,
    p.time_period_id,
    w.time_frame_id,
    l.scope_id,
    l.currency,
    l.exported_at,
    coalesce(c.entries, 0) AS entries,
    {% for type in clari_readiness.export_types() %}
    coalesce({{ clari_readiness.has_type('l.types', type) }}, s.{{ type }}, false) AS {{ type }}{{ ',' if not loop.last }}
    {% endfor %}
FROM {{ ref('stg_clari__landed') }} AS l
INNER JOIN periods AS p ON l.job_id = p.job_id
INNER JOIN weeks AS w ON l.job_id = w.job_id
LEFT JOIN counted AS c
    ON l.job_id = c.job_id AND p.time_period_id = c.time_period_id AND w.time_frame_id = c.time_frame_id
LEFT JOIN seen AS s ON l.job_id = s.job_id
WHERE l.include_historical OR c.entries > 0
