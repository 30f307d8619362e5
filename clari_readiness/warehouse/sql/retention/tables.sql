-- Returns the name of each of the tables where the reference exporter's lie.
SELECT lower(table_name)
FROM information_schema.tables
WHERE table_schema = current_schema()
