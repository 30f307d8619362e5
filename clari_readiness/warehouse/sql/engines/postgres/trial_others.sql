-- Returns each session of somebody else's in this database: the server's process, what it does, and its transaction
-- where that has written something.
SELECT
    a.pid,
    coalesce(a.state, 'unknown'),
    CAST(a.backend_xid AS text)
FROM pg_catalog.pg_stat_activity AS a
WHERE a.datname = current_database() AND a.pid != pg_backend_pid() AND a.backend_type = 'client backend'
ORDER BY a.pid
