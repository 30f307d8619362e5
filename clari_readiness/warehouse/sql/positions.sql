-- Returns position (from 0) and text of the entries of $files whose text is among $texts, at most 100.
SELECT position, written
FROM (
    SELECT
        row_number() OVER () - 1 AS position,
        CAST(json AS VARCHAR) AS written
    FROM read_json_objects($files, format = 'array', maximum_object_size = 1048576)
)
WHERE list_contains($texts, written)
ORDER BY position
LIMIT 100
