-- Returns one row for each command that ever ran: its last run, the last that was known of breaker and quota, and totals.
SELECT
    command,
    arg_max(began_at, ended_at) AS began_at,
    max(ended_at) AS ended_at,
    arg_max(succeeded, ended_at) AS succeeded,
    arg_max(retried, ended_at) AS retried,
    arg_max(breaker_open, ended_at) FILTER (breaker_open IS NOT NULL) AS breaker_open,
    arg_max(quota_limit, ended_at) FILTER (quota_limit IS NOT NULL) AS quota_limit,
    arg_max(quota_left, ended_at) FILTER (quota_left IS NOT NULL) AS quota_left,
    count(*) FILTER (succeeded) AS all_succeeded,
    count(*) FILTER (NOT succeeded) AS all_failed,
    sum(retried) AS all_retried
FROM runs
GROUP BY command
ORDER BY command
