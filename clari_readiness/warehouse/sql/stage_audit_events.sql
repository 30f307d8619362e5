-- Returns nothing: stages the events of a day, equal ones as often as they came.
CREATE OR REPLACE TEMP TABLE staged_audit_events AS
SELECT
    CAST($day AS DATE) AS day,
    CAST(TRY_CAST(document ->> 'eventTimestamp' AS TIMESTAMPTZ) AS TIMESTAMP) AS event_timestamp,
    document ->> 'actorId' AS actor_id,
    document ->> 'actorType' AS actor_type,
    document ->> 'sessionId' AS session_id,
    document ->> 'sessionType' AS session_type,
    document ->> 'event' AS event,
    document ->> 'ipAddress' AS ip_address,
    document
FROM (SELECT CAST(unnest(CAST($events AS VARCHAR[])) AS JSON) AS document)
