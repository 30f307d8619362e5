-- Returns how many rows were changed: takes the lease for so many seconds, unless another has it. One that ran out is
-- nobody's, and so is one of this very place, since who had it there is dead.
UPDATE exporter_lease
SET
    holder = ?,
    place = ?,
    told = ?,
    ends_at = DATETIME_ADD(CURRENT_DATETIME('UTC'), INTERVAL CAST(? * 1000 AS INT64) MILLISECOND)
WHERE holder IS NULL OR ends_at < CURRENT_DATETIME('UTC') OR place = ?
