-- Returns the server's process that holds the advisory lock %(key)s, and where it comes from.
SELECT l.pid, coalesce('from ' || host(a.client_addr), 'on the same machine')
FROM pg_catalog.pg_locks AS l
INNER JOIN pg_catalog.pg_stat_activity AS a ON l.pid = a.pid
WHERE
    l.locktype = 'advisory'
    AND l.granted
    AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND (CAST(l.classid AS bigint) << 32) | CAST(l.objid AS bigint) = CAST(%(key)s AS bigint)
