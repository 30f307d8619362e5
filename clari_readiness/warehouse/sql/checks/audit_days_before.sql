-- Returns one row: how many days of audit events there are before $day, and how many events they hold.
SELECT
    count(DISTINCT day) AS days,
    count(*) AS events
FROM audit_events
WHERE day < $day
