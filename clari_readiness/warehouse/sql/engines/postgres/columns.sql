-- Returns schema, table, column and type of each column of the tables called %(table)s, whatever their upper case.
-- Without %(schema)s it looks where the session searches; %(database)s is this one, or there is none.
SELECT n.nspname, c.relname, a.attname, coalesce(b.typname, t.typname)
FROM pg_catalog.pg_class AS c
INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
INNER JOIN pg_catalog.pg_attribute AS a ON c.oid = a.attrelid
INNER JOIN pg_catalog.pg_type AS t ON a.atttypid = t.oid
LEFT JOIN pg_catalog.pg_type AS b ON t.typbasetype = b.oid
WHERE
    lower(c.relname) = lower(%(table)s)
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND coalesce(lower(n.nspname) = lower(%(schema)s), pg_catalog.pg_table_is_visible(c.oid))
    AND coalesce(lower(%(database)s) = lower(current_database()), true)
ORDER BY n.nspname, c.relname, a.attnum
