-- Returns nothing: makes copied_entries of rows that were read, column by column.
CREATE OR REPLACE TEMP TABLE copied_entries AS
SELECT
    unnest(CAST($time_frame_id AS VARCHAR[])) AS time_frame_id,
    unnest(CAST($user_id AS VARCHAR[])) AS user_id,
    unnest(CAST($field_id AS VARCHAR[])) AS field_id,
    unnest(CAST($currency AS VARCHAR[])) AS currency,
    unnest(CAST($forecast_amount AS DECIMAL(15, 2)[])) AS forecast_amount,
    unnest(CAST($quota_amount AS DECIMAL(15, 2)[])) AS quota_amount,
    unnest(CAST($adjustment_amount AS DECIMAL(15, 2)[])) AS adjustment_amount,
    unnest(CAST($crm_total AS DECIMAL(15, 2)[])) AS crm_total,
    unnest(CAST($crm_closed AS DECIMAL(15, 2)[])) AS crm_closed
