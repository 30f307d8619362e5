-- Returns one row for each week of each period (F14), as last seen.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
WITH listed_periods AS (
    {{ clari_readiness.elements_of(ref('stg_clari__landed'), 'timePeriods', ['job_id']) }}
),
listed_weeks AS (
    {{ clari_readiness.elements_of(ref('stg_clari__landed'), 'timeFrames', ['job_id', 'exported_at']) }}
),
periods AS (
    SELECT job_id, {{ clari_readiness.text_of(['timePeriodId']) }} AS time_period_id
    FROM listed_periods
),
weeks AS (
    SELECT
        job_id,
        {{ clari_readiness.text_of(['timeFrameId']) }} AS time_frame_id,
        CAST({{ clari_readiness.text_of(['startDate']) }} AS DATE) AS start_date,
        CAST({{ clari_readiness.text_of(['endDate']) }} AS DATE) AS end_date,
        exported_at AS seen_at
    FROM listed_weeks
),
ranked AS (
    SELECT
        p.time_period_id,
        w.time_frame_id,
        w.start_date,
        w.end_date,
        w.seen_at,
        row_number() OVER (
            PARTITION BY p.time_period_id, w.time_frame_id
            ORDER BY w.seen_at DESC, w.start_date DESC, w.end_date DESC
        ) AS nth
    FROM weeks AS w
    INNER JOIN periods AS p ON w.job_id = p.job_id
)
SELECT
    time_period_id,
    time_frame_id,
    start_date,
    end_date,
    seen_at
FROM ranked
WHERE nth = 1
