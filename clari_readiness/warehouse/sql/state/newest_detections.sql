-- Returns the newest detection of each forecast and period until $until.
SELECT detected_at, forecast_id, time_period_id, threshold, baseline_at IS NOT NULL AS compared, history_lost
FROM detections
WHERE detected_at <= $until
QUALIFY row_number() OVER (PARTITION BY forecast_id, time_period_id ORDER BY detected_at DESC, exported_at DESC) = 1
ORDER BY forecast_id, time_period_id
