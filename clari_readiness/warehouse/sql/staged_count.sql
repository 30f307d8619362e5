-- Returns one row: how many entries are staged.
SELECT count(*) FROM staged_entries
