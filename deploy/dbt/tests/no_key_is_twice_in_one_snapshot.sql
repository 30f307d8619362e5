-- Returns each key that one snapshot holds more than once: its amounts would count as often.
SELECT forecast_id, exported_at, time_period_id, time_frame_id, user_id, field_id, currency, count(*) AS copies
FROM {{ ref('stg_clari__forecast_entries') }}
GROUP BY forecast_id, exported_at, time_period_id, time_frame_id, user_id, field_id, currency
HAVING count(*) > 1
