-- Returns nothing: records that a day of audit events was exported.
INSERT OR REPLACE INTO audit_days (day, exported_at, events) VALUES ($day, $exported_at, $count)
