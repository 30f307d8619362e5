-- Returns each day of audit events that was exported: the day, and when that was.
SELECT day, exported_at FROM audit_days ORDER BY day
