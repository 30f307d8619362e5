-- Returns one row: how many lines of the ledger forgot where their file is.
UPDATE export_jobs SET path = NULL WHERE path IS NOT NULL AND list_contains($periods, time_period_id)
