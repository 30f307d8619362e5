-- Returns nothing: forgets all alarms, before those that are not over are written again.
DELETE FROM alarms
