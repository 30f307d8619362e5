-- Returns the name of each database of that name, whatever its upper case.
SELECT database_name
FROM information_schema.databases
WHERE upper(database_name) = upper(?)
ORDER BY database_name
