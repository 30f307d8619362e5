-- Returns the users that go: no entry and no change that stays has them, and no snapshot that stays listed them last.
FROM users
WHERE
    user_id NOT IN (SELECT DISTINCT user_id FROM forecast_entries WHERE NOT list_contains($periods, time_period_id))
    AND user_id NOT IN (SELECT DISTINCT user_id FROM entry_changes WHERE NOT list_contains($periods, time_period_id))
    AND seen_at NOT IN (SELECT exported_at FROM snapshots WHERE NOT list_contains($periods, time_period_id))
