-- Returns nothing: makes the tables and views, where they are missing.
-- All times are UTC, all amounts exact to the cent.

-- No primary key on the big table: it would make the file six times larger; the MERGE in load.sql keeps keys unique.
CREATE TABLE IF NOT EXISTS forecast_entries (
    forecast_id VARCHAR NOT NULL,
    time_period_id VARCHAR NOT NULL,
    time_frame_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    field_id VARCHAR NOT NULL,
    currency VARCHAR NOT NULL, -- ISO 4217, or empty where Clari names none
    exported_at TIMESTAMP NOT NULL, -- the job's endTime, by Clari's clock
    job_id VARCHAR NOT NULL,
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
    extra JSON -- the keys of the entry that have no column
);

-- Which job covered what: one row for each week, since a job may hold the latest week only.
CREATE TABLE IF NOT EXISTS snapshots (
    job_id VARCHAR NOT NULL,
    forecast_id VARCHAR NOT NULL,
    time_period_id VARCHAR NOT NULL,
    time_frame_id VARCHAR NOT NULL,
    scope_id VARCHAR NOT NULL, -- empty: the whole organisation
    currency VARCHAR NOT NULL, -- as asked for; empty: the organisation's own
    types VARCHAR[] NOT NULL,
    exported_at TIMESTAMP NOT NULL,
    entries BIGINT NOT NULL,
    PRIMARY KEY (job_id, time_period_id, time_frame_id)
);

CREATE TABLE IF NOT EXISTS users (
    user_id VARCHAR PRIMARY KEY,
    name VARCHAR,
    email VARCHAR,
    crm_id VARCHAR,
    scope_id JSON,
    hierarchy_id VARCHAR,
    hierarchy_name VARCHAR,
    parent_hierarchy_id VARCHAR,
    parent_hierarchy_name VARCHAR,
    seen_at TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS fields (
    field_id VARCHAR PRIMARY KEY,
    field_name VARCHAR,
    field_type VARCHAR,
    seen_at TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS time_periods (
    time_period_id VARCHAR PRIMARY KEY,
    type VARCHAR,
    label VARCHAR,
    year VARCHAR,
    start_date DATE,
    end_date DATE,
    crm_id VARCHAR,
    seen_at TIMESTAMP NOT NULL
);

-- A week that straddles two quarters is in both, and one timeFrameId names both (F14).
CREATE TABLE IF NOT EXISTS time_frames (
    time_period_id VARCHAR NOT NULL,
    time_frame_id VARCHAR NOT NULL,
    start_date DATE,
    end_date DATE,
    seen_at TIMESTAMP NOT NULL,
    PRIMARY KEY (time_period_id, time_frame_id)
);

-- The ledger: which request became which job (F12), and how long each step took.
CREATE TABLE IF NOT EXISTS export_jobs (
    request_id VARCHAR PRIMARY KEY, -- ours
    job_id VARCHAR, -- Clari's; NULL until the POST was answered
    forecast_id VARCHAR NOT NULL,
    time_period_id VARCHAR NOT NULL,
    types VARCHAR[] NOT NULL,
    scope_id VARCHAR,
    currency VARCHAR,
    include_historical BOOLEAN NOT NULL,
    schedule VARCHAR NOT NULL,
    export_format VARCHAR NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('requested', 'queued', 'finished', 'loaded', 'refused', 'failed')),
    status VARCHAR, -- Clari's last word
    message VARCHAR, -- why it was refused or failed
    known_jobs VARCHAR[], -- the jobs that Clari listed before the POST
    requested_at TIMESTAMP NOT NULL,
    queued_at TIMESTAMP,
    started_at TIMESTAMP, -- startTime, by Clari's clock
    finished_at TIMESTAMP, -- endTime, by Clari's clock
    downloaded_at TIMESTAMP,
    loaded_at TIMESTAMP,
    queue_seconds DOUBLE,
    wait_seconds DOUBLE,
    download_seconds DOUBLE,
    load_seconds DOUBLE,
    polls INTEGER,
    rows_truncated BOOLEAN,
    cells_truncated BOOLEAN,
    path VARCHAR,
    bytes BIGINT,
    sha256 VARCHAR,
    entries BIGINT,
    rounded BIGINT
);

-- For each covered week, the latest job, and the latest job that asked for each type. Ties go to the greater job id.
CREATE OR REPLACE VIEW latest_snapshots AS
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    scope_id,
    currency,
    arg_max(job_id, (exported_at, job_id)) AS job_id,
    max(exported_at) AS exported_at,
    arg_max(job_id, (exported_at, job_id)) FILTER (list_has_any(types, ['forecast', 'forecast_updated']))
        AS forecast_job,
    arg_max(job_id, (exported_at, job_id)) FILTER (list_contains(types, 'quota')) AS quota_job,
    arg_max(job_id, (exported_at, job_id)) FILTER (list_contains(types, 'adjustment')) AS adjustment_job,
    arg_max(job_id, (exported_at, job_id)) FILTER (list_contains(types, 'crm_total')) AS crm_total_job,
    arg_max(job_id, (exported_at, job_id)) FILTER (list_contains(types, 'crm_closed')) AS crm_closed_job
FROM snapshots
GROUP BY forecast_id, time_period_id, time_frame_id, scope_id, currency;

-- The row of the latest snapshot that covers a key, each amount from the latest that asked for its type: an export
-- that did not ask for quotas says nothing about quotas.
CREATE OR REPLACE VIEW current_entries AS
SELECT
    e.forecast_id,
    e.time_period_id,
    e.time_frame_id,
    e.user_id,
    e.field_id,
    e.currency,
    l.exported_at,
    l.job_id,
    any_value(e.forecast_amount) FILTER (e.job_id = l.forecast_job) AS forecast_amount,
    any_value(e.quota_amount) FILTER (e.job_id = l.quota_job) AS quota_amount,
    any_value(e.adjustment_amount) FILTER (e.job_id = l.adjustment_job) AS adjustment_amount,
    any_value(e.crm_total) FILTER (e.job_id = l.crm_total_job) AS crm_total,
    any_value(e.crm_closed) FILTER (e.job_id = l.crm_closed_job) AS crm_closed,
    any_value(e.is_updated) FILTER (e.job_id = l.forecast_job) AS is_updated,
    any_value(e.updated_by) FILTER (e.job_id = l.forecast_job) AS updated_by,
    any_value(e.updated_at) FILTER (e.job_id = l.forecast_job) AS updated_at,
    any_value(e.adjusted_by) FILTER (e.job_id = l.adjustment_job) AS adjusted_by,
    any_value(e.adjusted_at) FILTER (e.job_id = l.adjustment_job) AS adjusted_at,
    any_value(e.extra) FILTER (e.job_id = l.job_id) AS extra
FROM latest_snapshots AS l
INNER JOIN forecast_entries AS e
    ON l.forecast_id = e.forecast_id
    AND l.time_period_id = e.time_period_id
    AND l.time_frame_id = e.time_frame_id
    AND e.job_id IN (l.job_id, l.forecast_job, l.quota_job, l.adjustment_job, l.crm_total_job, l.crm_closed_job)
GROUP BY
    e.forecast_id, e.time_period_id, e.time_frame_id, e.user_id, e.field_id, e.currency,
    l.scope_id, l.exported_at, l.job_id
HAVING bool_or(e.job_id = l.job_id);

-- Every key ever seen, each amount from the latest job that asked for its type; `vanished` when a later snapshot that
-- covers the week no longer has it (F17).
CREATE OR REPLACE VIEW last_known_entries AS
SELECT
    e.forecast_id,
    e.time_period_id,
    e.time_frame_id,
    e.user_id,
    e.field_id,
    e.currency,
    max(e.exported_at) AS exported_at,
    arg_max(e.job_id, (e.exported_at, e.job_id)) AS job_id,
    arg_max(e.forecast_amount, (e.exported_at, e.job_id))
        FILTER (list_has_any(s.types, ['forecast', 'forecast_updated'])) AS forecast_amount,
    arg_max(e.quota_amount, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'quota')) AS quota_amount,
    arg_max(e.adjustment_amount, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'adjustment'))
        AS adjustment_amount,
    arg_max(e.crm_total, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'crm_total')) AS crm_total,
    arg_max(e.crm_closed, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'crm_closed')) AS crm_closed,
    NOT bool_or(coalesce(e.job_id = l.job_id, false)) AS vanished
FROM forecast_entries AS e
INNER JOIN snapshots AS s
    ON e.job_id = s.job_id
    AND e.time_period_id = s.time_period_id
    AND e.time_frame_id = s.time_frame_id
LEFT JOIN latest_snapshots AS l
    ON e.job_id = l.job_id
    AND e.time_period_id = l.time_period_id
    AND e.time_frame_id = l.time_frame_id
GROUP BY e.forecast_id, e.time_period_id, e.time_frame_id, e.user_id, e.field_id, e.currency;

-- The first table of the reference architecture, every export: its columns, and what its printed key lacks. An export
-- names its forecast by id only, so that is the name.
CREATE OR REPLACE VIEW clari_forecasts AS
SELECT
    u.name AS owner_name,
    u.email AS owner_email,
    e.forecast_amount,
    e.quota_amount,
    e.crm_total,
    e.crm_closed,
    e.adjustment_amount,
    e.time_period_id AS time_period,
    e.forecast_id AS forecast_name,
    e.exported_at,
    e.user_id,
    e.field_id,
    e.time_frame_id,
    e.currency,
    e.job_id
FROM forecast_entries AS e
LEFT JOIN users AS u ON e.user_id = u.user_id;

-- What counts for a quarter is its latest week: each week holds the whole quarter as it was seen then.
CREATE OR REPLACE VIEW latest_weeks AS
SELECT e.*
FROM current_entries AS e
INNER JOIN (
    SELECT
        s.forecast_id,
        s.time_period_id,
        arg_max(s.time_frame_id, (f.start_date, s.time_frame_id)) AS time_frame_id
    FROM snapshots AS s
    INNER JOIN time_frames AS f
        ON s.time_period_id = f.time_period_id AND s.time_frame_id = f.time_frame_id
    WHERE s.entries > 0
    GROUP BY s.forecast_id, s.time_period_id
) AS w
    ON e.forecast_id = w.forecast_id AND e.time_period_id = w.time_period_id AND e.time_frame_id = w.time_frame_id;

CREATE OR REPLACE VIEW v_forecast_accuracy AS
SELECT
    w.time_period_id AS time_period,
    u.name AS owner_name,
    w.forecast_amount,
    w.crm_closed AS actual_closed,
    round((1 - abs(w.forecast_amount - w.crm_closed) / nullif(w.forecast_amount, 0)) * 100, 1) AS accuracy_pct,
    w.forecast_id AS forecast_name,
    u.email AS owner_email,
    w.user_id,
    w.field_id,
    w.currency,
    w.exported_at
FROM latest_weeks AS w
LEFT JOIN users AS u ON w.user_id = u.user_id;

CREATE OR REPLACE VIEW v_pipeline_coverage AS
SELECT
    w.time_period_id AS time_period,
    u.name AS owner_name,
    w.crm_total,
    w.quota_amount,
    w.crm_closed,
    w.quota_amount - w.crm_closed AS quota_left,
    CASE
        WHEN w.quota_amount > w.crm_closed THEN round(w.crm_total / (w.quota_amount - w.crm_closed), 2)
    END AS coverage,
    w.forecast_id AS forecast_name,
    u.email AS owner_email,
    w.user_id,
    w.field_id,
    w.currency,
    w.exported_at
FROM latest_weeks AS w
LEFT JOIN users AS u ON w.user_id = u.user_id;

CREATE OR REPLACE VIEW v_rep_performance AS
SELECT
    w.time_period_id AS time_period,
    u.name AS owner_name,
    w.quota_amount,
    w.crm_closed,
    round(w.crm_closed / nullif(w.quota_amount, 0) * 100, 1) AS attainment_pct,
    w.forecast_id AS forecast_name,
    u.email AS owner_email,
    w.user_id,
    w.field_id,
    w.currency,
    w.exported_at
FROM latest_weeks AS w
LEFT JOIN users AS u ON w.user_id = u.user_id;
