-- Returns the name of each table and view that can be read, with its schema unless that is main.
SELECT CASE WHEN table_schema = 'main' THEN table_name ELSE table_schema || '.' || table_name END AS name
FROM information_schema.tables
ORDER BY name
