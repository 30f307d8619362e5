-- Returns schema, table, column and type of each column of the tables of a name, whatever their upper case. The first
-- value is that name, the second their schema; where it is NULL, the one that the session is in.
SELECT
    table_schema,
    table_name,
    column_name,
    data_type
FROM {{database}}information_schema.columns
WHERE
    upper(table_name) = upper(?)
    AND upper(table_schema) = upper(coalesce(?, current_schema()))
ORDER BY table_schema, table_name, ordinal_position
