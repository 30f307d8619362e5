-- Returns nothing: keeps each field as last seen; of two told at one moment the greater.
INSERT INTO fields
SELECT DISTINCT ON (fieldId)
    fieldId, fieldName, fieldType, $exported_at
FROM read_json($fields, format = 'array', columns = {fieldId: 'VARCHAR', fieldName: 'VARCHAR', fieldType: 'VARCHAR'})
ORDER BY fieldId, CAST(row(fieldName, fieldType) AS VARCHAR) DESC
ON CONFLICT (field_id) DO UPDATE SET
    field_name = excluded.field_name,
    field_type = excluded.field_type,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > fields.seen_at
    OR (
        excluded.seen_at = fields.seen_at
        AND CAST(row(excluded.field_name, excluded.field_type) AS VARCHAR)
            > CAST(row(fields.field_name, fields.field_type) AS VARCHAR)
    )
