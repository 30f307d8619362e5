-- Returns nothing: takes out of staged_entries what the second look puts back.
DELETE FROM staged_entries WHERE odd IS NOT NULL
