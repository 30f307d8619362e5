-- Returns each key of the first entries of $file.
SELECT DISTINCT unnest(json_keys(json)) AS key
FROM (
    SELECT json
    FROM read_json_objects($file, format = 'array', maximum_object_size = 1048576)
    LIMIT 1000
)
WHERE json_type(json) = 'OBJECT'
