-- Returns nothing: forgets the events of a day, before they are loaded again.
DELETE FROM audit_events WHERE day = $day
