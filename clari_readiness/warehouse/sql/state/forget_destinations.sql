-- Returns nothing: empties the outboxes of destinations that the settings do not name any more.
DELETE FROM alert_outbox
WHERE NOT list_contains($destinations::VARCHAR[], destination)
