-- Returns one row: whether the lease may be taken, and the session of who has it, or had it: a transaction that was left
-- open in it would be in the way for a day.
SELECT
    holder IS NULL OR ends_at < CURRENT_DATETIME('UTC') OR place = ? AS may_be_taken,
    in_session
FROM exporter_lease
