-- Returns this role, and whether it may change rows of %(relation)s.
SELECT
    current_user,
    pg_catalog.has_table_privilege(CAST(%(relation)s AS regclass), 'INSERT, UPDATE, DELETE, TRUNCATE')
