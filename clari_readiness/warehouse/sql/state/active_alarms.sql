-- Returns every alarm that is not over, the oldest first.
SELECT alarm, since, told_at
FROM alarms
ORDER BY since, topic, cause
