-- Returns nothing: makes the tables of the suite's own records, where they are missing. All times are UTC.

-- One row for each forecast, period and kind that a run compared, or could not (counts are NULL then).
CREATE TABLE IF NOT EXISTS reconciliations (
    reconciled_at TIMESTAMP NOT NULL,
    forecast_id VARCHAR NOT NULL,
    time_period_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('exact', 'now')),
    verdict VARCHAR NOT NULL CHECK (verdict IN ('same', 'different', 'could not look')),
    reason VARCHAR NOT NULL, -- why it is "now", or why nobody could look
    exported_at TIMESTAMP,
    job_id VARCHAR,
    expected_rows BIGINT,
    found_rows BIGINT,
    missing BIGINT,
    too_many BIGINT,
    differing BIGINT, -- amounts that differ and ought not to
    drifted BIGINT, -- amounts that Clari has changed since
    vanished_rows BIGINT, -- of people of whom Clari says nothing any more
    sums JSON -- type -> expected and found, as exact text
);

-- One row for each forecast and period whose newest export the detection of anomalies looked at.
CREATE TABLE IF NOT EXISTS detections (
    detected_at TIMESTAMP NOT NULL,
    forecast_id VARCHAR NOT NULL,
    time_period_id VARCHAR NOT NULL,
    threshold DECIMAL(18, 10) NOT NULL, -- more than this part of what was is a swing
    exported_at TIMESTAMP NOT NULL,
    baseline_period_id VARCHAR,
    baseline_at TIMESTAMP, -- NULL: there was nothing to compare with
    reason VARCHAR NOT NULL, -- why there was nothing
    history_lost BOOLEAN NOT NULL, -- something had reconciled before, and was not in the table any more
    found BIGINT NOT NULL, -- anomalies, named or not
    anomalies JSON NOT NULL -- those that are named, amounts as exact text
);

-- One row for each alarm that was raised and is not over.
CREATE TABLE IF NOT EXISTS alarms (
    topic VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    alarm VARCHAR NOT NULL, -- all of it, as JSON
    since TIMESTAMP NOT NULL, -- when it was first raised
    told_at TIMESTAMP NOT NULL -- when somebody was last to hear of it
);

-- One row for each notice that a destination has not accepted yet; a newer one of the same alarm takes its place.
CREATE TABLE IF NOT EXISTS alert_outbox (
    destination VARCHAR NOT NULL, -- a fingerprint of what the settings say, which never leads back to it
    name VARCHAR NOT NULL, -- alerts.to[0] (slack)
    topic VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('raised', 'repeated', 'recovered')),
    alarm VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL,
    found_at TIMESTAMP NOT NULL, -- the run that has found it
    waiting_since TIMESTAMP NOT NULL, -- the first run whose notice of this alarm was not accepted
    reason VARCHAR NOT NULL -- why it was refused the last time, empty when it was not tried
);

-- One row for each notice that was tried, accepted or not.
CREATE TABLE IF NOT EXISTS alert_deliveries (
    tried_at TIMESTAMP NOT NULL,
    name VARCHAR NOT NULL,
    topic VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    accepted BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL
);

-- One row for each destination of each fire drill.
CREATE TABLE IF NOT EXISTS drills (
    drilled_at TIMESTAMP NOT NULL,
    name VARCHAR NOT NULL,
    mark VARCHAR NOT NULL, -- a fingerprint of the address
    reason VARCHAR NOT NULL -- why it was not accepted, empty when it was
);

-- One row for each run of a nightly command.
CREATE TABLE IF NOT EXISTS runs (
    command VARCHAR NOT NULL,
    began_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP NOT NULL,
    succeeded BOOLEAN NOT NULL,
    retried BIGINT NOT NULL, -- requests to Clari that were sent again
    breaker_open BOOLEAN, -- NULL: Clari was not asked
    quota_limit BIGINT, -- export jobs in 30 days; NULL: not asked for
    quota_left BIGINT
)
