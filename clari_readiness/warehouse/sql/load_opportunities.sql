-- Returns nothing: keeps opportunities as last seen; those that were not asked for stay as they were.
INSERT OR REPLACE INTO opportunities
SELECT
    document ->> 'id' AS opportunity_id,
    any_value(TRY_CAST(document ->> '$.crmScore.score' AS INTEGER)),
    any_value(document ->> '$.crmScore.message'),
    any_value(document -> 'fields'),
    any_value(document),
    $exported_at
FROM (SELECT CAST(unnest(CAST($opportunities AS VARCHAR[])) AS JSON) AS document)
GROUP BY opportunity_id
