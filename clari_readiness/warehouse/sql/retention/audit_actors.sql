-- Returns the actors that go: no event that stays names them, and one that goes does, or they were last seen before then.
FROM audit_actors
WHERE
    actor_id NOT IN (SELECT actor_id FROM audit_events WHERE actor_id IS NOT NULL AND day >= $begins)
    AND (seen_at < $begins OR actor_id IN (SELECT actor_id FROM audit_events WHERE day < $begins))
