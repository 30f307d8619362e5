-- Returns nothing: makes the compared_snapshots of a session, where it is missing, in DuckDB's words.
CREATE TEMPORARY TABLE IF NOT EXISTS compared_snapshots (
    pair BIGINT,
    time_frame_id VARCHAR,
    exported_at TIMESTAMP,
    job_id VARCHAR,
    previous_exported_at TIMESTAMP,
    previous_job_id VARCHAR,
    forecast BOOLEAN,
    quota BOOLEAN,
    adjustment BOOLEAN,
    crm_total BOOLEAN,
    crm_closed BOOLEAN
)
