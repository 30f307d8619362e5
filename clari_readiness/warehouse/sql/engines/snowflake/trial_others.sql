-- Returns each session of this user's, but this one, that has asked for something in this database: its id, how many of
-- its statements are at work, and how many have written, or begun to.
SELECT
    session_id,
    count_if(upper(execution_status) IN ('RESUMING_WAREHOUSE', 'QUEUED', 'BLOCKED', 'RUNNING')) AS at_work,
    count_if(
        query_type IN (
            'INSERT', 'MULTI_TABLE_INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'TRUNCATE_TABLE',
            'CREATE_TABLE_AS_SELECT'
        )
    ) AS writes
FROM TABLE(information_schema.query_history_by_user(result_limit => 10000))
WHERE database_name = current_database() AND session_id <> CAST(current_session() AS NUMBER)
GROUP BY session_id
ORDER BY session_id
