-- Returns one row: how many rows went, being the changes of periods before $first_kept. What is not named like a quarter stays.
DELETE FROM entry_changes WHERE regexp_full_match(time_period_id, '[0-9]{4}_Q[1-4]') AND time_period_id < $first_kept
