-- Returns one row: whether there is a $table_name that has all of $columns, as one of the reference exporter has.
SELECT count(*) = len($columns) AS there
FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = $table_name AND list_contains($columns, column_name)
