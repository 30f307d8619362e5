-- Returns nothing: keeps each field as last seen.
INSERT INTO fields
SELECT DISTINCT ON (fieldId)
    fieldId, fieldName, fieldType, $exported_at
FROM read_json($fields, format = 'array', columns = {fieldId: 'VARCHAR', fieldName: 'VARCHAR', fieldType: 'VARCHAR'})
ON CONFLICT (field_id) DO UPDATE SET
    field_name = excluded.field_name,
    field_type = excluded.field_type,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > fields.seen_at
