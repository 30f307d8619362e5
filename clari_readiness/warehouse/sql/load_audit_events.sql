-- Returns nothing: adds the staged events of a day.
INSERT INTO audit_events (
    day, event_timestamp, actor_id, actor_type, session_id, session_type, event, ip_address, document
)
SELECT day, event_timestamp, actor_id, actor_type, session_id, session_type, event, ip_address, document
FROM staged_audit_events
