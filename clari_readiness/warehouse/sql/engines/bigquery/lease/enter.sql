-- Returns how many rows were changed: says in which session this run's transactions are.
UPDATE exporter_lease
SET in_session = ?
WHERE holder = ?
