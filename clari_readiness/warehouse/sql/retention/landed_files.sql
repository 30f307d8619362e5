-- Returns the lines of the ledger that forget where their file is, since it goes. The lines themselves stay: a job that
-- the ledger does not know could be taken for the one whose answer was lost (F12).
FROM export_jobs WHERE path IS NOT NULL AND list_contains($periods, time_period_id)
