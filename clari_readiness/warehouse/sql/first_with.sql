-- Returns one row: the position (from 0) of the first entry of $files that has $id at $path.
SELECT position
FROM (
    SELECT
        row_number() OVER () - 1 AS position,
        json_extract_string(json, $path) AS id
    FROM read_json_objects($files, format = 'array', maximum_object_size = 1048576)
)
WHERE id = $id
ORDER BY position
LIMIT 1
