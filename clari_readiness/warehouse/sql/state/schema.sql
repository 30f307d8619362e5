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
)
;

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
)
