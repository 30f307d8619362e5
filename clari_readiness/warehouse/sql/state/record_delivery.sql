-- Returns nothing: adds what became of trying to deliver a notice.
INSERT INTO alert_deliveries VALUES ($tried_at, $name, $topic, $cause, $kind, $accepted, $reason)
