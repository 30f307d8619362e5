-- Returns how many rows were changed: keeps the lease for so many seconds more, if this run still has it.
UPDATE exporter_lease
SET ends_at = DATETIME_ADD(CURRENT_DATETIME('UTC'), INTERVAL CAST(? * 1000 AS INT64) MILLISECOND)
WHERE holder = ?
