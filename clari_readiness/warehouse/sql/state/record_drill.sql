-- Returns nothing: adds one destination's part in a fire drill.
INSERT INTO drills VALUES ($drilled_at, $name, $mark, $reason)
