-- Returns each coverage of a quota that is met or unknown, and each that is off by more than its second
-- decimal, or the last that a binary number has.
SELECT *
FROM {{ ref('clari_pipeline_coverage') }}
WHERE
    (coverage IS NOT NULL AND coalesce(quota_left, 0) <= 0)
    OR (coverage IS NULL AND quota_left > 0 AND crm_total IS NOT NULL)
    OR abs(coverage * quota_left - crm_total) > 0.006 * quota_left + 0.00000000000001 * abs(crm_total)
