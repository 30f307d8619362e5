-- Returns one row: how many users went, having no entry and no change left, nor being listed last by a kept snapshot.
DELETE FROM users
WHERE
    user_id NOT IN (SELECT DISTINCT user_id FROM forecast_entries)
    AND user_id NOT IN (SELECT DISTINCT user_id FROM entry_changes)
    AND seen_at NOT IN (SELECT exported_at FROM snapshots)
