-- Returns nothing: takes the notice of an alarm out of a destination's outbox.
DELETE FROM alert_outbox
WHERE destination = $destination AND topic = $topic AND cause = $cause
