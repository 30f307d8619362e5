-- Returns each role that this session has and that may change rows of the table, by its schema and name as they are.
SELECT DISTINCT grantee
FROM {{database}}information_schema.table_privileges
WHERE
    table_schema = ?
    AND table_name = ?
    AND privilege_type IN ('OWNERSHIP', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
    AND is_role_in_session(grantee)
ORDER BY grantee
