-- Returns each destination's part in the last fire drill that it had until $until.
SELECT drilled_at, name, mark, reason
FROM drills
WHERE drilled_at <= $until
QUALIFY row_number() OVER (PARTITION BY mark ORDER BY drilled_at DESC, reason DESC) = 1
ORDER BY name
