-- Returns nothing: makes the tables of alerts and fire drills, where they are missing. All times are UTC.

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
)
