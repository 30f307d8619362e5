-- Returns each bucket of one side's rows, by the first {{digits}} digits of the hash of their keys: how many rows it has,
-- and a checksum of them. With $within it looks into those buckets alone, named by their first {{within}} digits.
WITH compared AS ({{compared}})
SELECT
    substr(place, 1, {{digits}}) AS bucket,
    count(*) AS rows,
    md5(string_agg(content, '' ORDER BY content NULLS FIRST)) AS checksum
FROM compared
WHERE {{chosen}}
GROUP BY substr(place, 1, {{digits}})
ORDER BY bucket
