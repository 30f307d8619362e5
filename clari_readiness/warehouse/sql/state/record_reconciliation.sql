-- Returns nothing: adds what one run found of one forecast, period and kind.
INSERT INTO reconciliations
VALUES (
    $reconciled_at, $forecast_id, $time_period_id, $kind, $verdict, $reason, $exported_at, $job_id,
    $expected_rows, $found_rows, $missing, $too_many, $differing, $drifted, $vanished_rows, CAST($sums AS JSON)
)
