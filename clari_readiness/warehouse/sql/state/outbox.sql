-- Returns every notice that a destination has not accepted yet, the oldest first.
SELECT destination, kind, alarm, since, at, reason
FROM alert_outbox
ORDER BY at, topic, cause, destination
