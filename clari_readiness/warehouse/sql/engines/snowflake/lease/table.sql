-- Returns nothing: makes the lease, one row that says who loads, where it is missing. Two that make it make one.
CREATE TABLE IF NOT EXISTS exporter_lease AS
SELECT
    CAST(NULL AS VARCHAR) AS holder, -- the run that has it; NULL: nobody
    CAST(NULL AS VARCHAR) AS place, -- the machine and the lock file there, which the holder has as well
    CAST(NULL AS VARCHAR) AS told, -- who that is, as others are told
    CAST('2000-01-01' AS TIMESTAMP_NTZ) AS ends_at -- in UTC, by Snowflake's clock
