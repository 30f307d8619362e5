-- Returns everybody's pipeline beside what is left of the quota. Managers' rows hold what their people's do, so only one
-- of the two may be added up.
SELECT
    time_period,
    owner_name,
    crm_total,
    quota_amount,
    crm_closed,
    quota_amount - crm_closed AS quota_left,
    CASE WHEN quota_amount > crm_closed THEN round(crm_total / (quota_amount - crm_closed), 2) END AS coverage,
    forecast_name,
    owner_email,
    user_id,
    field_id,
    currency,
    exported_at,
    manages
FROM {{ ref('int_clari__quota_performance') }}
