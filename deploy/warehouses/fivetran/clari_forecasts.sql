-- Makes analytics.clari_forecasts over the tables of Fivetran's Clari connector, here in the schema clari (F32).
-- Fivetran does not publish the columns of forecast_entry: these are the API's in snake_case. Compare them with yours.
-- It keeps no history: a quarter is one export, as of the moment at which a row of it was synchronised last.
-- Amounts are left as they are kept, so that the gate sees how. Each user counts once, in however many forecasts.
CREATE VIEW analytics.clari_forecasts AS
SELECT
    u.owner_name,
    u.owner_email,
    e.forecast_value AS forecast_amount,
    e.quota_value AS quota_amount,
    e.adjustment_value AS adjustment_amount,
    e.aggregation_total AS crm_total,
    e.crm_closed AS crm_closed,
    e.time_period_id AS time_period,
    e.forecast_id AS forecast_name,
    max(e._fivetran_synced) OVER (PARTITION BY e.forecast_id, e.time_period_id) AS exported_at,
    e.user_id AS user_id,
    e.field_id AS field_id,
    e.time_frame_id AS time_frame_id,
    e.currency_code AS currency
FROM clari.forecast_entry AS e
LEFT JOIN (
    SELECT
        user_id,
        max(name) AS owner_name,
        max(email) AS owner_email
    FROM clari.users
    GROUP BY user_id
) AS u ON e.user_id = u.user_id
WHERE NOT coalesce(e._fivetran_deleted, false);
