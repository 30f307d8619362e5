-- Returns nothing: makes the tables and views, where they are missing.
-- All times are UTC, all amounts exact to the cent.

-- No primary key on the big table: it would make the file six times larger; loading keeps keys unique.
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

-- What differs between a snapshot and the one before it: one row for each amount of an entry. "Before" is, for each
-- amount, the latest snapshot of the same forecast, period, week, scope and currency that asked for its type.
CREATE TABLE IF NOT EXISTS entry_changes (
    forecast_id VARCHAR NOT NULL,
    time_period_id VARCHAR NOT NULL,
    time_frame_id VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    field_id VARCHAR NOT NULL,
    currency VARCHAR NOT NULL,
    type VARCHAR NOT NULL, -- as in typesToExport
    kind VARCHAR NOT NULL, -- changed, appeared or vanished
    previous_amount DECIMAL(15, 2), -- NULL: appeared
    current_amount DECIMAL(15, 2), -- NULL: vanished
    previous_job_id VARCHAR NOT NULL,
    previous_exported_at TIMESTAMP NOT NULL,
    job_id VARCHAR NOT NULL,
    detected_at TIMESTAMP NOT NULL -- exported_at of the newer snapshot
);

-- For each type and covered week, the latest snapshot that asked for it, of the whole organisation and of each scope
-- that was exported since: what is asked of the whole says something about every scope. The type '' stands for any.
-- Ties go to the greater job id.
CREATE OR REPLACE VIEW latest_snapshots AS
WITH asked AS (
    SELECT
        forecast_id, time_period_id, time_frame_id, scope_id, currency, job_id, exported_at,
        unnest(list_append(types, '')) AS type
    FROM snapshots
),
latest AS (
    SELECT
        forecast_id, time_period_id, time_frame_id, scope_id, currency, type,
        max(exported_at) AS exported_at,
        arg_max(job_id, (exported_at, job_id)) AS job_id
    FROM asked
    GROUP BY forecast_id, time_period_id, time_frame_id, scope_id, currency, type
),
compared AS (
    SELECT
        *,
        max(exported_at) FILTER (scope_id = '') OVER whole AS whole_exported_at,
        max(job_id) FILTER (scope_id = '') OVER whole AS whole_job_id
    FROM latest
    WINDOW whole AS (PARTITION BY forecast_id, time_period_id, time_frame_id, currency, type)
)
SELECT forecast_id, time_period_id, time_frame_id, scope_id, currency, type, exported_at, job_id
FROM compared
WHERE scope_id = '' OR whole_job_id IS NULL OR (exported_at, job_id) > (whole_exported_at, whole_job_id);

-- For each covered week the jobs that it takes to know what is current, and what to take from each. `latest` is false
-- for a job that is only needed for types that later ones did not ask for; `sources` is how many jobs there are.
CREATE OR REPLACE VIEW current_sources AS
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    job_id,
    exported_at,
    bool_or(type = '') AS latest,
    bool_or(type = 'forecast') AS forecast,
    bool_or(type = 'forecast_updated') AS forecast_updated,
    bool_or(type = 'quota') AS quota,
    bool_or(type = 'adjustment') AS adjustment,
    bool_or(type = 'crm_total') AS crm_total,
    bool_or(type = 'crm_closed') AS crm_closed,
    count(*) OVER (PARTITION BY forecast_id, time_period_id, time_frame_id) AS sources
FROM latest_snapshots
GROUP BY forecast_id, time_period_id, time_frame_id, job_id, exported_at;

-- One row for each key, each amount from the latest snapshot that asked for its type: an export of other types, of a
-- scope or of another currency says nothing about the rest. A key that the latest snapshot lacks is still current
-- when an amount is known that the latest did not ask for. Where one job tells everything, nothing has to be grouped.
CREATE OR REPLACE VIEW current_entries AS
SELECT
    e.forecast_id,
    e.time_period_id,
    e.time_frame_id,
    e.user_id,
    e.field_id,
    e.currency,
    e.exported_at,
    e.job_id,
    CASE WHEN s.forecast THEN e.forecast_amount END AS forecast_amount,
    CASE WHEN s.quota THEN e.quota_amount END AS quota_amount,
    CASE WHEN s.adjustment THEN e.adjustment_amount END AS adjustment_amount,
    CASE WHEN s.crm_total THEN e.crm_total END AS crm_total,
    CASE WHEN s.crm_closed THEN e.crm_closed END AS crm_closed,
    e.is_updated,
    e.updated_by,
    e.updated_at,
    e.adjusted_by,
    e.adjusted_at,
    e.extra
FROM forecast_entries AS e
INNER JOIN current_sources AS s
    ON e.exported_at = s.exported_at
    AND e.job_id = s.job_id
    AND e.forecast_id = s.forecast_id
    AND e.time_period_id = s.time_period_id
    AND e.time_frame_id = s.time_frame_id
WHERE s.sources = 1
UNION ALL
SELECT
    e.forecast_id,
    e.time_period_id,
    e.time_frame_id,
    e.user_id,
    e.field_id,
    e.currency,
    max(e.exported_at) AS exported_at,
    arg_max(e.job_id, (e.exported_at, e.job_id)) AS job_id,
    arg_max_null(e.forecast_amount, (e.exported_at, e.job_id)) FILTER (s.forecast) AS forecast_amount,
    arg_max_null(e.quota_amount, (e.exported_at, e.job_id)) FILTER (s.quota) AS quota_amount,
    arg_max_null(e.adjustment_amount, (e.exported_at, e.job_id)) FILTER (s.adjustment) AS adjustment_amount,
    arg_max_null(e.crm_total, (e.exported_at, e.job_id)) FILTER (s.crm_total) AS crm_total,
    arg_max_null(e.crm_closed, (e.exported_at, e.job_id)) FILTER (s.crm_closed) AS crm_closed,
    -- Who and when may come with the forecast or as a type of its own; a job without them says nothing.
    arg_max(e.is_updated, (e.exported_at, e.job_id)) FILTER (s.forecast OR s.forecast_updated) AS is_updated,
    arg_max(e.updated_by, (e.exported_at, e.job_id)) FILTER (s.forecast OR s.forecast_updated) AS updated_by,
    arg_max(e.updated_at, (e.exported_at, e.job_id)) FILTER (s.forecast OR s.forecast_updated) AS updated_at,
    arg_max_null(e.adjusted_by, (e.exported_at, e.job_id)) FILTER (s.adjustment) AS adjusted_by,
    arg_max_null(e.adjusted_at, (e.exported_at, e.job_id)) FILTER (s.adjustment) AS adjusted_at,
    arg_max_null(e.extra, (e.exported_at, e.job_id)) AS extra
FROM forecast_entries AS e
INNER JOIN current_sources AS s
    ON e.exported_at = s.exported_at
    AND e.job_id = s.job_id
    AND e.forecast_id = s.forecast_id
    AND e.time_period_id = s.time_period_id
    AND e.time_frame_id = s.time_frame_id
WHERE s.sources > 1
GROUP BY e.forecast_id, e.time_period_id, e.time_frame_id, e.user_id, e.field_id, e.currency
HAVING bool_or(s.latest)
    OR arg_max_null(e.forecast_amount, (e.exported_at, e.job_id)) FILTER (s.forecast) IS NOT NULL
    OR arg_max_null(e.quota_amount, (e.exported_at, e.job_id)) FILTER (s.quota) IS NOT NULL
    OR arg_max_null(e.adjustment_amount, (e.exported_at, e.job_id)) FILTER (s.adjustment) IS NOT NULL
    OR arg_max_null(e.crm_total, (e.exported_at, e.job_id)) FILTER (s.crm_total) IS NOT NULL
    OR arg_max_null(e.crm_closed, (e.exported_at, e.job_id)) FILTER (s.crm_closed) IS NOT NULL;

-- What is current, and every key that was once and has vanished since (F17), with each amount as it was known last.
CREATE OR REPLACE VIEW last_known_entries AS
SELECT
    forecast_id, time_period_id, time_frame_id, user_id, field_id, currency, exported_at, job_id,
    forecast_amount, quota_amount, adjustment_amount, crm_total, crm_closed,
    false AS vanished
FROM current_entries
UNION ALL
SELECT
    e.forecast_id,
    e.time_period_id,
    e.time_frame_id,
    e.user_id,
    e.field_id,
    e.currency,
    max(e.exported_at) AS exported_at,
    arg_max(e.job_id, (e.exported_at, e.job_id)) AS job_id,
    arg_max(e.forecast_amount, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'forecast'))
        AS forecast_amount,
    arg_max(e.quota_amount, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'quota')) AS quota_amount,
    arg_max(e.adjustment_amount, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'adjustment'))
        AS adjustment_amount,
    arg_max(e.crm_total, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'crm_total')) AS crm_total,
    arg_max(e.crm_closed, (e.exported_at, e.job_id)) FILTER (list_contains(s.types, 'crm_closed')) AS crm_closed,
    true AS vanished
FROM forecast_entries AS e
INNER JOIN snapshots AS s
    ON e.job_id = s.job_id
    AND e.time_period_id = s.time_period_id
    AND e.time_frame_id = s.time_frame_id
ANTI JOIN current_entries AS c
    ON e.forecast_id = c.forecast_id
    AND e.time_period_id = c.time_period_id
    AND e.time_frame_id = c.time_frame_id
    AND e.user_id = c.user_id
    AND e.field_id = c.field_id
    AND e.currency = c.currency
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

-- The second table of the reference architecture: what became of the forecasts between one export and the next. The
-- change is in per cent of the amount before, NULL from zero, and wide enough for any two amounts.
CREATE OR REPLACE VIEW clari_forecast_changes AS
SELECT
    u.email AS owner_email,
    c.time_period_id AS time_period,
    c.previous_amount,
    c.current_amount,
    CAST((c.current_amount - c.previous_amount) / nullif(abs(c.previous_amount), 0) * 100 AS DECIMAL(24, 4))
        AS change_pct,
    c.detected_at,
    c.user_id,
    c.field_id,
    c.time_frame_id,
    c.currency,
    c.forecast_id AS forecast_name,
    c.kind,
    c.job_id
FROM entry_changes AS c
LEFT JOIN users AS u ON c.user_id = u.user_id
WHERE c.type = 'forecast';

-- What counts for a quarter is its latest week: each week holds the whole quarter as it was seen then. Which week is
-- the latest is told for each type, since an export may ask for some of them only.
CREATE OR REPLACE VIEW latest_weeks AS
WITH asked AS (
    SELECT forecast_id, time_period_id, time_frame_id, unnest(types) AS type
    FROM snapshots
    WHERE entries > 0
),
latest AS (
    SELECT
        a.forecast_id,
        a.time_period_id,
        a.type,
        arg_max(a.time_frame_id, (f.start_date, a.time_frame_id)) AS time_frame_id
    FROM asked AS a
    INNER JOIN time_frames AS f ON a.time_period_id = f.time_period_id AND a.time_frame_id = f.time_frame_id
    GROUP BY a.forecast_id, a.time_period_id, a.type
)
SELECT
    forecast_id,
    time_period_id,
    time_frame_id,
    bool_or(type = 'forecast') AS forecast,
    bool_or(type = 'quota') AS quota,
    bool_or(type = 'crm_total') AS crm_total,
    bool_or(type = 'crm_closed') AS crm_closed
FROM latest
GROUP BY forecast_id, time_period_id, time_frame_id;

CREATE OR REPLACE VIEW v_forecast_accuracy AS
WITH amounts AS (
    SELECT
        e.forecast_id,
        e.time_period_id,
        e.user_id,
        e.field_id,
        e.currency,
        max(e.forecast_amount) FILTER (w.forecast) AS forecast_amount,
        max(e.crm_closed) FILTER (w.crm_closed) AS crm_closed,
        max(e.exported_at) AS exported_at
    FROM current_entries AS e
    INNER JOIN latest_weeks AS w
        ON e.forecast_id = w.forecast_id
        AND e.time_period_id = w.time_period_id
        AND e.time_frame_id = w.time_frame_id
    WHERE w.forecast OR w.crm_closed
    GROUP BY e.forecast_id, e.time_period_id, e.user_id, e.field_id, e.currency
)
SELECT
    a.time_period_id AS time_period,
    u.name AS owner_name,
    a.forecast_amount,
    a.crm_closed AS actual_closed,
    round((1 - abs(a.forecast_amount - a.crm_closed) / nullif(a.forecast_amount, 0)) * 100, 1) AS accuracy_pct,
    a.forecast_id AS forecast_name,
    u.email AS owner_email,
    a.user_id,
    a.field_id,
    a.currency,
    a.exported_at
FROM amounts AS a
LEFT JOIN users AS u ON a.user_id = u.user_id
WHERE a.forecast_amount IS NOT NULL OR a.crm_closed IS NOT NULL;

-- Who has people below them: their rows are the sums of others' rows.
CREATE OR REPLACE VIEW managers AS
SELECT m.user_id
FROM users AS m
SEMI JOIN users AS report ON m.hierarchy_id = report.parent_hierarchy_id;

-- What the CRM holds beside the quota it is measured by. The quota often has a field of its own, so that it stands on
-- another row than the CRM's amounts; the two meet by owner, forecast, period and currency. A row that has both keeps
-- its own quota; otherwise the owner's quota fields are added up, as for new business and renewals. The CRM's amounts
-- stay apart by field and are never added up: the fields of a forecast overlap (a best case holds the commit).
CREATE OR REPLACE VIEW quota_performance AS
WITH amounts AS (
    SELECT
        e.forecast_id,
        e.time_period_id,
        e.user_id,
        e.field_id,
        e.currency,
        max(e.quota_amount) FILTER (w.quota) AS quota_amount,
        max(e.crm_total) FILTER (w.crm_total) AS crm_total,
        max(e.crm_closed) FILTER (w.crm_closed) AS crm_closed,
        max(e.exported_at) AS exported_at
    FROM current_entries AS e
    INNER JOIN latest_weeks AS w
        ON e.forecast_id = w.forecast_id
        AND e.time_period_id = w.time_period_id
        AND e.time_frame_id = w.time_frame_id
    GROUP BY e.forecast_id, e.time_period_id, e.user_id, e.field_id, e.currency
),
quotas AS (
    SELECT
        forecast_id,
        time_period_id,
        user_id,
        currency,
        sum(quota_amount) AS quota_amount,
        max(exported_at) AS exported_at
    FROM amounts
    WHERE crm_total IS NULL AND crm_closed IS NULL AND quota_amount IS NOT NULL
    GROUP BY forecast_id, time_period_id, user_id, currency
),
crm AS (
    SELECT *
    FROM amounts
    WHERE crm_total IS NOT NULL OR crm_closed IS NOT NULL
),
met AS (
    SELECT
        coalesce(crm.forecast_id, q.forecast_id) AS forecast_id,
        coalesce(crm.time_period_id, q.time_period_id) AS time_period_id,
        coalesce(crm.user_id, q.user_id) AS user_id,
        crm.field_id,
        coalesce(crm.currency, q.currency) AS currency,
        coalesce(crm.quota_amount, q.quota_amount) AS quota_amount,
        crm.crm_total,
        crm.crm_closed,
        greatest(crm.exported_at, q.exported_at) AS exported_at
    FROM crm
    FULL JOIN quotas AS q
        ON crm.forecast_id = q.forecast_id
        AND crm.time_period_id = q.time_period_id
        AND crm.user_id = q.user_id
        AND crm.currency = q.currency
)
SELECT
    met.time_period_id AS time_period,
    u.name AS owner_name,
    met.crm_total,
    met.quota_amount,
    met.crm_closed,
    met.forecast_id AS forecast_name,
    u.email AS owner_email,
    met.user_id,
    met.field_id,
    met.currency,
    met.exported_at,
    m.user_id IS NOT NULL AS manages
FROM met
LEFT JOIN users AS u ON met.user_id = u.user_id
LEFT JOIN managers AS m ON met.user_id = m.user_id;

-- Everybody's, managers included: theirs hold what their people's do, so only one of the two may be added up.
CREATE OR REPLACE VIEW v_pipeline_coverage AS
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
FROM quota_performance;

-- Those who sell: nobody with people below, or what is closed would count twice.
CREATE OR REPLACE VIEW v_rep_performance AS
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
FROM quota_performance
WHERE NOT manages;
