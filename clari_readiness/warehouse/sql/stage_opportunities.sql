-- Returns nothing: stages opportunities, each of them once.
CREATE OR REPLACE TEMP TABLE staged_opportunities AS
SELECT
    document ->> 'id' AS opportunity_id,
    any_value(TRY_CAST(document ->> '$.crmScore.score' AS INTEGER)) AS score,
    any_value(document ->> '$.crmScore.message') AS score_message,
    any_value(document -> 'fields') AS fields,
    any_value(document) AS document
FROM (SELECT CAST(unnest(CAST($opportunities AS VARCHAR[])) AS JSON) AS document)
GROUP BY opportunity_id
