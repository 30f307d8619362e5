-- Returns the notice of an alarm that a destination has not accepted yet, if there is one.
SELECT kind, waiting_since
FROM alert_outbox
WHERE destination = $destination AND topic = $topic AND cause = $cause
