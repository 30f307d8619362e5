-- Returns how many rows were changed: takes the lease for so many seconds, unless another has it. One that ran out is
-- nobody's, and so is one of this very place, since who had it there is dead.
UPDATE exporter_lease
SET holder = ?, place = ?, told = ?, ends_at = dateadd(SECOND, ?, sysdate())
WHERE holder IS NULL OR ends_at < sysdate() OR place = ?
