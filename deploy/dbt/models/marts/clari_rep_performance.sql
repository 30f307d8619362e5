-- Returns how much of the quota those who sell have closed: nobody with people below, or what is closed counts twice.
SELECT
    time_period,
    owner_name,
    quota_amount,
    crm_closed,
    round(crm_closed / nullif(quota_amount, 0) * 100, 1) AS attainment_pct,
    forecast_name,
    owner_email,
    user_id,
    field_id,
    currency,
    exported_at
FROM {{ ref('int_clari__quota_performance') }}
WHERE NOT manages
