-- Returns the text of each staged entry that needs a second look.
SELECT odd FROM staged_entries WHERE odd IS NOT NULL
