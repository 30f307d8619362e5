-- Returns the name of each database of a trial's that is this role's, more than a minute old, and that nobody uses.
SELECT d.datname
FROM pg_catalog.pg_database AS d
WHERE
    CAST(substring(d.datname FROM '^clari_trial_([0-9]{10})_[0-9a-f]{12}$') AS bigint)
    < extract(EPOCH FROM clock_timestamp()) - 60
    AND pg_catalog.pg_has_role(d.datdba, 'USAGE')
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity AS a WHERE a.datname = d.datname)
ORDER BY d.datname
