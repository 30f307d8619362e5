-- Returns nothing: puts a notice into the outbox of a destination.
INSERT INTO alert_outbox
VALUES ($destination, $name, $topic, $cause, $kind, $alarm, $since, $found_at, $waiting_since, '')
