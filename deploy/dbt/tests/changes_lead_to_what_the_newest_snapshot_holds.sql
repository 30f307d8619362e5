-- Returns each change after which something else follows than what it led to: another change that begins elsewhere, or
-- a newest snapshot, of the same scope and currency, that holds another amount.
{%- set key = ['forecast_id', 'time_period_id', 'time_frame_id', 'type'] %}
{%- set whose = ['user_id', 'field_id', 'currency'] %}
{%- set later = 'OVER (PARTITION BY c.' ~ (key + whose) | join(', c.') ~ ', a.scope_id, a.currency ORDER BY c.detected_at)' %}
WITH asked AS (
    SELECT
        a.*,
        row_number() OVER (
            PARTITION BY {{ key | join(', ') }}, scope_id, currency ORDER BY exported_at DESC, job_id DESC
        ) AS nth
    FROM {{ ref('int_clari__asked') }} AS a
    WHERE has_all_rows
),
changes AS (
    SELECT
        c.*,
        a.scope_id,
        a.currency AS asked_currency,
        lead(c.job_id) {{ later }} AS next_job_id,
        lead(c.previous_amount) {{ later }} AS next_amount
    FROM {{ ref('stg_clari__entry_changes') }} AS c
    INNER JOIN asked AS a
        ON c.job_id = a.job_id
        {% for column in key %}
        AND c.{{ column }} = a.{{ column }}
        {% endfor %}
),
followed AS (
    SELECT
        c.*,
        CASE WHEN c.next_job_id IS NULL THEN e.amount ELSE c.next_amount END AS followed_by
    FROM changes AS c
    INNER JOIN asked AS a
        ON a.nth = 1
        AND c.scope_id = a.scope_id
        AND c.asked_currency = a.currency
        {% for column in key %}
        AND c.{{ column }} = a.{{ column }}
        {% endfor %}
    LEFT JOIN {{ ref('int_clari__amounts') }} AS e
        ON a.job_id = e.job_id
        {% for column in key + whose %}
        AND c.{{ column }} = e.{{ column }}
        {% endfor %}
)
SELECT *
FROM followed
WHERE followed_by IS DISTINCT FROM current_amount
