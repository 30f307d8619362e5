-- Returns how many rows were changed: keeps the lease for so many seconds more, if this run still has it.
UPDATE exporter_lease
SET ends_at = dateadd(SECOND, ?, sysdate())
WHERE holder = ?
