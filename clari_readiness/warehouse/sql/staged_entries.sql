-- Returns nothing: makes an empty staged_entries.
CREATE OR REPLACE TEMP TABLE staged_entries (
    field_id VARCHAR,
    time_period_id VARCHAR,
    time_frame_id VARCHAR,
    user_id VARCHAR,
    currency VARCHAR,
    forecast_amount DECIMAL(15, 2),
    quota_amount DECIMAL(15, 2),
    adjustment_amount DECIMAL(15, 2),
    crm_total DECIMAL(15, 2),
    crm_closed DECIMAL(15, 2),
    is_updated BOOLEAN,
    updated_by VARCHAR,
    updated_at TIMESTAMP,
    adjusted_by VARCHAR,
    adjusted_at TIMESTAMP,
    extra JSON
)
