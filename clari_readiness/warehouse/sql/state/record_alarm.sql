-- Returns nothing: adds an alarm that is not over.
INSERT INTO alarms VALUES ($topic, $cause, $alarm, $since, $told_at)
