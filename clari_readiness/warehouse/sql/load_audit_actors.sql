-- Returns nothing: keeps who is behind the events, as last seen.
INSERT OR REPLACE INTO audit_actors (actor_id, actor_type, name, email, seen_at)
SELECT actor_id, actor_type, name, email, $exported_at
FROM staged_audit_actors
