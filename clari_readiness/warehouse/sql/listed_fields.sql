-- Returns the fields that a document lists, one of each id: of two told at one moment the greater.
SELECT DISTINCT ON (fieldId)
    fieldId AS field_id,
    fieldName AS field_name,
    fieldType AS field_type
FROM read_json($listed, format = 'array', columns = {fieldId: 'VARCHAR', fieldName: 'VARCHAR', fieldType: 'VARCHAR'})
ORDER BY fieldId, coalesce('=' || fieldName, '') DESC, coalesce('=' || fieldType, '') DESC
