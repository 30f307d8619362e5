-- Returns name and declared type of each column of the table or view $table.
SELECT name, type FROM pragma_table_info($table) ORDER BY cid
