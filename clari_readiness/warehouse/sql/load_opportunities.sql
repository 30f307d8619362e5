-- Returns nothing: keeps opportunities as last seen; those that were not asked for stay as they were.
INSERT OR REPLACE INTO opportunities (opportunity_id, score, score_message, fields, document, exported_at)
SELECT opportunity_id, score, score_message, fields, document, $exported_at
FROM staged_opportunities
