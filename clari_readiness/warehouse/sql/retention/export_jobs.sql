-- Returns one row: how many lines of the ledger forgot the file that goes. The lines themselves stay: without them their
-- jobs would look unknown, and could be taken for the one whose answer was lost (F12).
UPDATE export_jobs
SET path = NULL
WHERE
    path IS NOT NULL
    AND regexp_full_match(time_period_id, '[0-9]{4}_Q[1-4]')
    AND time_period_id < $first_kept
