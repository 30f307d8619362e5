-- Returns nothing: keeps each user as last seen; of two told at one moment the lesser, whichever came first.
-- As JSON NULL is greater than any text, so that what is known stays.
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
        AND CAST(json_array(
            excluded.name, excluded.email, excluded.crm_id, CAST(excluded.scope_id AS VARCHAR),
            excluded.hierarchy_id, excluded.hierarchy_name, excluded.parent_hierarchy_id,
            excluded.parent_hierarchy_name
        ) AS VARCHAR) < CAST(json_array(
            users.name, users.email, users.crm_id, CAST(users.scope_id AS VARCHAR), users.hierarchy_id,
            users.hierarchy_name, users.parent_hierarchy_id, users.parent_hierarchy_name
        ) AS VARCHAR)
    )
