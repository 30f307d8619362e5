-- Returns the rows of the team's that lie in $within, named by the first {{within}} digits of the hash of their keys.
WITH compared AS ({{compared}})
SELECT
    time_frame_id,
    user_id,
    field_id,
    currency,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed
FROM compared
WHERE {{chosen}}
