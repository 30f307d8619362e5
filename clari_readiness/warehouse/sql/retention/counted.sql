-- Returns how many rows go of each {{part}}: its name, and their number.
SELECT
    CAST({{part}} AS VARCHAR) AS part,
    count(*) AS rows
{{going}}
GROUP BY part
ORDER BY part
