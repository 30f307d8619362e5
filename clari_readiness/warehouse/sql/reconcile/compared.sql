-- Returns rows of one side with what is compared of them as text, and the hash of their keys. Part of buckets.sql and apart.sql.
-- Every part of a key is written with its length before it, so that no two keys are the same text.
SELECT
    *,
    md5(key) AS place,
    md5(key || '=' || amounts) AS content
FROM (
    SELECT
        *,
        CAST(length(coalesce(time_frame_id, '')) AS VARCHAR) || ':' || coalesce(time_frame_id, '')
        || CAST(length(coalesce(user_id, '')) AS VARCHAR) || ':' || coalesce(user_id, '')
        || CAST(length(coalesce(field_id, '')) AS VARCHAR) || ':' || coalesce(field_id, '')
        || currency AS key,
        {{amounts}} AS amounts
    FROM ({{rows}}) AS one_side
) AS written
