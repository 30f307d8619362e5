-- Returns nothing: makes the tables of audit events (F29) and opportunities (F30), where they are missing. Times are UTC.
-- Events have no id, and equal ones can be true duplicates: a day is replaced as a whole, and there is no key.
CREATE TABLE IF NOT EXISTS audit_events (
    day DATE NOT NULL, -- the day that was asked for; what has no time of its own is somewhere in it
    event_timestamp TIMESTAMP,
    actor_id VARCHAR,
    actor_type VARCHAR,
    session_id VARCHAR,
    session_type VARCHAR,
    event VARCHAR,
    ip_address VARCHAR,
    document JSON NOT NULL -- the event as it came
);

CREATE TABLE IF NOT EXISTS audit_days (
    day DATE PRIMARY KEY,
    exported_at TIMESTAMP NOT NULL,
    events BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS audit_actors (
    actor_id VARCHAR PRIMARY KEY,
    actor_type VARCHAR,
    name VARCHAR,
    email VARCHAR,
    seen_at TIMESTAMP NOT NULL
);

CREATE TABLE IF NOT EXISTS opportunities (
    opportunity_id VARCHAR PRIMARY KEY,
    score INTEGER,
    score_message VARCHAR,
    fields JSON,
    document JSON NOT NULL, -- the opportunity as it came
    exported_at TIMESTAMP NOT NULL
);
