-- Returns no row: nobody knows who is below whom. Part of members.sql.
SELECT CAST(NULL AS VARCHAR) AS user_id, CAST(NULL AS VARCHAR) AS place, CAST(NULL AS VARCHAR) AS above
WHERE false
