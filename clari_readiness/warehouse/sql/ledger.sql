-- Returns every line of the ledger, the oldest first.
SELECT * FROM export_jobs ORDER BY requested_at, request_id
