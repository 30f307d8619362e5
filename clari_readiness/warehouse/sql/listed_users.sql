-- Returns the users that a document lists.
SELECT
    userId AS user_id,
    name,
    email,
    crmId AS crm_id,
    scopeId AS scope_id,
    hierarchyId AS hierarchy_id,
    hierarchyName AS hierarchy_name,
    parentHierarchyId AS parent_hierarchy_id,
    parentHierarchyName AS parent_hierarchy_name
FROM read_json(
    $listed,
    format = 'array',
    columns = {
        userId: 'VARCHAR', name: 'VARCHAR', email: 'VARCHAR', crmId: 'VARCHAR', scopeId: 'JSON',
        hierarchyId: 'VARCHAR', hierarchyName: 'VARCHAR', parentHierarchyId: 'VARCHAR', parentHierarchyName: 'VARCHAR'
    }
)
