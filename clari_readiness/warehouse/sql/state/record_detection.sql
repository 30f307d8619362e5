-- Returns nothing: adds what one run detected in one forecast and period.
INSERT INTO detections
VALUES (
    $detected_at, $forecast_id, $time_period_id, CAST($threshold AS DECIMAL(18, 10)), $exported_at,
    $baseline_period_id, $baseline_at, $reason, $history_lost, $found, CAST($anomalies AS JSON)
)
