-- Returns nothing: keeps each user as last seen; of two told at one moment the greater, whichever came first.
-- NULL is less than any text, the empty one too.
INSERT INTO users (
    user_id, name, email, crm_id, scope_id,
    hierarchy_id, hierarchy_name, parent_hierarchy_id, parent_hierarchy_name, seen_at
)
SELECT
    user_id, name, email, crm_id, scope_id,
    hierarchy_id, hierarchy_name, parent_hierarchy_id, parent_hierarchy_name, $exported_at
FROM {{listed}}
ON CONFLICT (user_id) DO UPDATE SET
    name = excluded.name,
    email = excluded.email,
    crm_id = excluded.crm_id,
    scope_id = excluded.scope_id,
    hierarchy_id = excluded.hierarchy_id,
    hierarchy_name = excluded.hierarchy_name,
    parent_hierarchy_id = excluded.parent_hierarchy_id,
    parent_hierarchy_name = excluded.parent_hierarchy_name,
    seen_at = excluded.seen_at
WHERE excluded.seen_at > users.seen_at
    OR (
        excluded.seen_at = users.seen_at
        AND (
            coalesce('=' || excluded.name, ''),
            coalesce('=' || excluded.email, ''),
            coalesce('=' || excluded.crm_id, ''),
            coalesce('=' || CAST(excluded.scope_id AS VARCHAR), ''),
            coalesce('=' || excluded.hierarchy_id, ''),
            coalesce('=' || excluded.hierarchy_name, ''),
            coalesce('=' || excluded.parent_hierarchy_id, ''),
            coalesce('=' || excluded.parent_hierarchy_name, '')
        ) > (
            coalesce('=' || users.name, ''),
            coalesce('=' || users.email, ''),
            coalesce('=' || users.crm_id, ''),
            coalesce('=' || CAST(users.scope_id AS VARCHAR), ''),
            coalesce('=' || users.hierarchy_id, ''),
            coalesce('=' || users.hierarchy_name, ''),
            coalesce('=' || users.parent_hierarchy_id, ''),
            coalesce('=' || users.parent_hierarchy_name, '')
        )
    )
