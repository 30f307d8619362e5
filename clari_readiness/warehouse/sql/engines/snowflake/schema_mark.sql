-- Returns one row: the schema in which tables are made, whether ours are there and whether the lease is, and the mark of
-- the texts that made them.
SELECT
    current_schema() AS in_schema,
    found.is_there,
    found.has_lease,
    found.mark
FROM (
    SELECT
        count_if(table_name = 'EXPORT_JOBS') > 0 AS is_there,
        count_if(table_name = 'EXPORTER_LEASE') > 0 AS has_lease,
        max(iff(table_name = 'FORECAST_ENTRIES', comment, NULL)) AS mark
    FROM information_schema.tables
    WHERE table_schema = current_schema()
) AS found
