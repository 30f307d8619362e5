-- Returns nothing: notes why a destination did not accept a notice.
UPDATE alert_outbox
SET reason = $reason
WHERE destination = $destination AND topic = $topic AND cause = $cause
