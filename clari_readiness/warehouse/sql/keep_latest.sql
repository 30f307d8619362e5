-- Returns nothing: keeps one staged entry of each key, the one updated last.
CREATE OR REPLACE TEMP TABLE staged_entries AS
SELECT *
FROM staged_entries
QUALIFY row_number() OVER (
    PARTITION BY field_id, time_period_id, time_frame_id, user_id, currency
    ORDER BY
        greatest(updated_at, adjusted_at) DESC NULLS LAST,
        forecast_amount DESC, quota_amount DESC, adjustment_amount DESC, crm_total DESC, crm_closed DESC,
        hash(is_updated, updated_by, adjusted_by, extra)
) = 1
