-- Returns nothing: keeps each field as last seen; of two told at one moment the lesser, as in load_users.sql.
INSERT INTO fields (field_id, field_name, field_type, seen_at)
SELECT field_id, field_name, field_type, $exported_at
FROM {{listed}}
ON CONFLICT (field_id) DO UPDATE SET
    field_name = excluded.field_name,
    field_type = excluded.field_type,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > fields.seen_at
    OR (
        excluded.seen_at = fields.seen_at
        AND CAST(json_array(
            excluded.field_name, excluded.field_type
        ) AS VARCHAR) < CAST(json_array(
            fields.field_name, fields.field_type
        ) AS VARCHAR)
    )
