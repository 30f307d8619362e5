-- Returns one row: whether any entry of $files has something at $path, null included.
SELECT coalesce(bool_or(json_exists(json, $path)), false)
FROM read_json_objects($files, format = 'array', maximum_object_size = 1048576)
