-- Returns nothing: keeps each user as last seen; of two told at one moment the greater, whichever came first.
INSERT INTO users
SELECT DISTINCT ON (userId)
    userId, name, email, crmId, scopeId,
    hierarchyId, hierarchyName, parentHierarchyId, parentHierarchyName, $exported_at
FROM read_json(
    $users,
    format = 'array',
    columns = {
        userId: 'VARCHAR', name: 'VARCHAR', email: 'VARCHAR', crmId: 'VARCHAR', scopeId: 'JSON',
        hierarchyId: 'VARCHAR', hierarchyName: 'VARCHAR', parentHierarchyId: 'VARCHAR', parentHierarchyName: 'VARCHAR'
    }
)
ORDER BY
    userId,
    CAST(row(
        name, email, crmId, scopeId, hierarchyId, hierarchyName, parentHierarchyId, parentHierarchyName
    ) AS VARCHAR) DESC
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
        AND CAST(row(
            excluded.name, excluded.email, excluded.crm_id, excluded.scope_id, excluded.hierarchy_id,
            excluded.hierarchy_name, excluded.parent_hierarchy_id, excluded.parent_hierarchy_name
        ) AS VARCHAR) > CAST(row(
            users.name, users.email, users.crm_id, users.scope_id, users.hierarchy_id,
            users.hierarchy_name, users.parent_hierarchy_id, users.parent_hierarchy_name
        ) AS VARCHAR)
    )
