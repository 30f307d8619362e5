-- Returns the fields that go: no entry and no change that stays has them, and no snapshot that stays listed them last.
FROM fields
WHERE
    field_id NOT IN (SELECT DISTINCT field_id FROM forecast_entries WHERE NOT list_contains($periods, time_period_id))
    AND field_id NOT IN (SELECT DISTINCT field_id FROM entry_changes WHERE NOT list_contains($periods, time_period_id))
    AND seen_at NOT IN (SELECT exported_at FROM snapshots WHERE NOT list_contains($periods, time_period_id))
