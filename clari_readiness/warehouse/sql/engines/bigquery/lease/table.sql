-- Returns nothing: makes the lease, one row that says who loads, where it is missing. Two that make it make one.
CREATE TABLE IF NOT EXISTS exporter_lease AS
SELECT
    CAST(NULL AS STRING) AS holder, -- the run that has it; NULL: nobody
    CAST(NULL AS STRING) AS place, -- the machine and the lock file there, which the holder has as well
    CAST(NULL AS STRING) AS told, -- who that is, as others are told
    CAST(NULL AS STRING) AS in_session, -- the session in which the holder's transactions are
    CAST('2000-01-01' AS DATETIME) AS ends_at -- in UTC, by BigQuery's clock
