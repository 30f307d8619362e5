-- Returns the session of whoever had the lease, where it may be taken: its transaction, if one is open, would be in the
-- way for a day.
SELECT in_session
FROM exporter_lease
WHERE in_session IS NOT NULL AND (holder IS NULL OR ends_at < CURRENT_DATETIME('UTC') OR place = ?)
