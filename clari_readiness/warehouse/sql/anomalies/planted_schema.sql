-- Returns nothing: makes an empty table of planted exports, with our names of the columns.
CREATE OR REPLACE TEMP TABLE planted (
    forecast_name VARCHAR,
    time_period VARCHAR,
    exported_at TIMESTAMP,
    job_id VARCHAR,
    time_frame_id VARCHAR,
    user_id VARCHAR,
    field_id VARCHAR,
    currency VARCHAR,
    forecast_amount DECIMAL(15, 2),
    quota_amount DECIMAL(15, 2),
    adjustment_amount DECIMAL(15, 2),
    crm_total DECIMAL(15, 2),
    crm_closed DECIMAL(15, 2)
)
