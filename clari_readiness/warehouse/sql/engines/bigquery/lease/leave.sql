-- Returns nothing: leaves the lease to others, if this run still has it.
UPDATE exporter_lease
SET holder = NULL, place = NULL, told = NULL, in_session = NULL, ends_at = CURRENT_DATETIME('UTC')
WHERE holder = ?
