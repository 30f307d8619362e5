-- Returns nothing: keeps each field as last seen; of two told at one moment the greater, as in load_users.sql.
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
        AND (coalesce('=' || excluded.field_name, ''), coalesce('=' || excluded.field_type, ''))
            > (coalesce('=' || fields.field_name, ''), coalesce('=' || fields.field_type, ''))
    )
