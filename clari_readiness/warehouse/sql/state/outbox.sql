-- Returns every notice that a destination has not accepted yet, the oldest first.
SELECT destination, kind, alarm, since, found_at, reason
FROM alert_outbox
ORDER BY found_at, topic, cause, destination
