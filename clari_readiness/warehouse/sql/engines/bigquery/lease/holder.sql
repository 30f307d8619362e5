-- Returns one row: the run that has the lease, who that is, and when it ends.
SELECT holder, told, ends_at FROM exporter_lease
