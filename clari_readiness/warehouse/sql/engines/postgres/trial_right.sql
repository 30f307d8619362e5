-- Returns one row: this role, whether it may make databases, and the server's time in whole seconds since 1970.
SELECT
    r.rolname,
    r.rolcreatedb OR r.rolsuper,
    CAST(floor(extract(EPOCH FROM clock_timestamp())) AS bigint)
FROM pg_catalog.pg_roles AS r
WHERE r.rolname = current_user
