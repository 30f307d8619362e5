-- Returns the name of each table and view that this role sees, with its schema unless the session is in that.
SELECT CASE WHEN table_schema = current_schema() THEN table_name ELSE table_schema || '.' || table_name END AS name
FROM (
    SELECT table_schema, table_name FROM information_schema.tables
    UNION
    SELECT table_schema, table_name FROM information_schema.views
) AS relations
WHERE table_schema <> 'INFORMATION_SCHEMA'
ORDER BY name
LIMIT 100
