-- Returns the name of each table and view.
SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name LIMIT 100
