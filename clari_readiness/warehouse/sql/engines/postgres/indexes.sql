-- Returns nothing: makes what PostgreSQL needs besides to find an export among all others.
CREATE INDEX IF NOT EXISTS forecast_entries_by_export ON forecast_entries (exported_at, forecast_id, time_period_id);
CREATE INDEX IF NOT EXISTS entry_changes_by_export ON entry_changes (detected_at, job_id);
