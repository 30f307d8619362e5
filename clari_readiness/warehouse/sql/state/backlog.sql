-- Returns how many notices each destination has not accepted, since when, and why.
SELECT name, count(*), min(waiting_since), max(reason)
FROM alert_outbox
GROUP BY destination, name
ORDER BY name
