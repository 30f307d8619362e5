-- Returns one row: how many fields went, having no entry and no change left, nor being listed last by a kept snapshot.
DELETE FROM fields
WHERE
    field_id NOT IN (SELECT DISTINCT field_id FROM forecast_entries)
    AND field_id NOT IN (SELECT DISTINCT field_id FROM entry_changes)
    AND seen_at NOT IN (SELECT exported_at FROM snapshots)
