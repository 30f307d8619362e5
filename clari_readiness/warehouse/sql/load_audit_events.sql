-- Returns nothing: adds the events of a day, equal ones as often as they came.
INSERT INTO audit_events
SELECT
    $day,
    CAST(TRY_CAST(document ->> 'eventTimestamp' AS TIMESTAMPTZ) AS TIMESTAMP),
    document ->> 'actorId',
    document ->> 'actorType',
    document ->> 'sessionId',
    document ->> 'sessionType',
    document ->> 'event',
    document ->> 'ipAddress',
    document
FROM (SELECT CAST(unnest(CAST($events AS VARCHAR[])) AS JSON) AS document)
