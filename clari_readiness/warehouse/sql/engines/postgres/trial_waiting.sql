-- Returns the process of each session that waits for a lock on a table which this holder has, or waits for before it, and
-- that table.
SELECT
    l.pid,
    CAST(CAST(l.relation AS regclass) AS text)
FROM pg_catalog.pg_locks AS l
WHERE
    NOT l.granted
    AND l.locktype = 'relation'
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database())
    AND CAST(%(holder)s AS integer) = ANY(pg_blocking_pids(l.pid))
ORDER BY l.pid
