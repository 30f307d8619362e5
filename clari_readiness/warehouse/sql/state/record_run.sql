-- Returns nothing: adds one run of a command.
INSERT INTO runs
VALUES ($command, $began_at, $ended_at, $succeeded, $retried, $breaker_open, $quota_limit, $quota_left)
