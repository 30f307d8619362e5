-- Returns nothing: leaves the lease to others, if this run still has it.
UPDATE exporter_lease
SET holder = NULL, place = NULL, told = NULL, ends_at = sysdate()
WHERE holder = ?
