-- Returns one row: whether there is any table of the suite's own records, of whichever version.
SELECT count(*) > 0 AS there
FROM information_schema.tables
WHERE table_schema = 'main' AND table_name IN ('reconciliations', 'detections', 'alarms', 'drills', 'runs')
