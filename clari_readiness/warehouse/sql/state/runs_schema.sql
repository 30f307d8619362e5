-- Returns nothing: makes the table of the runs of nightly commands, where it is missing. All times are UTC.
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
