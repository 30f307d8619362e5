-- Returns the fields that a document lists.
SELECT
    fieldId AS field_id,
    fieldName AS field_name,
    fieldType AS field_type
FROM read_json($listed, format = 'array', columns = {fieldId: 'VARCHAR', fieldName: 'VARCHAR', fieldType: 'VARCHAR'})
