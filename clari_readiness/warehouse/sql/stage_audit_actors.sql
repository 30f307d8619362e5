-- Returns nothing: stages who is behind the events, each actor once.
CREATE OR REPLACE TEMP TABLE staged_audit_actors AS
SELECT
    document ->> 'actorId' AS actor_id,
    any_value(document ->> 'actorType') AS actor_type,
    any_value(document ->> 'name') AS name,
    any_value(document ->> 'email') AS email
FROM (SELECT CAST(unnest(CAST($actors AS VARCHAR[])) AS JSON) AS document)
GROUP BY actor_id
