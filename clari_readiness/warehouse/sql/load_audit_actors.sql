-- Returns nothing: keeps who is behind the events, as last seen.
INSERT OR REPLACE INTO audit_actors
SELECT
    document ->> 'actorId' AS actor_id,
    any_value(document ->> 'actorType'),
    any_value(document ->> 'name'),
    any_value(document ->> 'email'),
    $exported_at
FROM (SELECT CAST(unnest(CAST($actors AS VARCHAR[])) AS JSON) AS document)
GROUP BY actor_id
