-- Returns nothing: puts a notice into the outbox of a destination.
INSERT INTO alert_outbox
VALUES ($destination, $name, $topic, $cause, $kind, $alarm, $since, $at, $waiting_since, '')
