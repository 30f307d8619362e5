-- Returns nothing: reads the entries of $files into staged_entries.
-- `odd` holds the text of those that match neither $cents nor $pattern and need a second look.
-- Amounts are cast from text. An amount that does not fit makes its entry odd, as does a key that is missing.
CREATE OR REPLACE TEMP TABLE staged_entries AS
WITH taken AS (
    SELECT
        CAST(json AS VARCHAR) AS written,
        json_extract_string(json, $paths) AS v,
        {{new}} AS extra,
        regexp_full_match(written, $cents) AS plain
    FROM read_json_objects($files, format = 'array', maximum_object_size = 1048576)
),
amounts AS (
    SELECT
        *,
        TRY_CAST(v[5] AS DECIMAL(15, 2)) AS forecast_amount,
        TRY_CAST(v[6] AS DECIMAL(15, 2)) AS quota_amount,
        TRY_CAST(v[7] AS DECIMAL(15, 2)) AS adjustment_amount,
        TRY_CAST(v[8] AS DECIMAL(15, 2)) AS crm_total,
        TRY_CAST(v[9] AS DECIMAL(15, 2)) AS crm_closed
    FROM taken
)
SELECT
    v[1] AS field_id,
    v[2] AS time_period_id,
    v[3] AS time_frame_id,
    v[4] AS user_id,
    coalesce(v[15], '') AS currency,
    forecast_amount,
    quota_amount,
    adjustment_amount,
    crm_total,
    crm_closed,
    TRY_CAST(v[10] AS BOOLEAN) AS is_updated,
    v[11] AS updated_by,
    TRY(epoch_ms(TRY_CAST(v[12] AS BIGINT))) AS updated_at,
    v[13] AS adjusted_by,
    TRY(epoch_ms(TRY_CAST(v[14] AS BIGINT))) AS adjusted_at,
    CAST(extra AS JSON) AS extra,
    -- How many of the amounts had more than two decimals: none of a plain entry, and CASE looks at the others only.
    CASE
        WHEN plain THEN 0
        ELSE coalesce(CAST(v[5] LIKE '%.___%' OR v[5] LIKE '%e-%' AS TINYINT), 0)
            + coalesce(CAST(v[6] LIKE '%.___%' OR v[6] LIKE '%e-%' AS TINYINT), 0)
            + coalesce(CAST(v[7] LIKE '%.___%' OR v[7] LIKE '%e-%' AS TINYINT), 0)
            + coalesce(CAST(v[8] LIKE '%.___%' OR v[8] LIKE '%e-%' AS TINYINT), 0)
            + coalesce(CAST(v[9] LIKE '%.___%' OR v[9] LIKE '%e-%' AS TINYINT), 0)
    END AS rounded,
    CASE
        WHEN v[1] IS NULL OR v[2] IS NULL OR v[3] IS NULL OR v[4] IS NULL THEN written
        WHEN plain THEN NULL
        WHEN NOT coalesce(
            regexp_full_match(written, $pattern)
            AND (v[5] IS NULL) = (forecast_amount IS NULL)
            AND (v[6] IS NULL) = (quota_amount IS NULL)
            AND (v[7] IS NULL) = (adjustment_amount IS NULL)
            AND (v[8] IS NULL) = (crm_total IS NULL)
            AND (v[9] IS NULL) = (crm_closed IS NULL), false
        ) THEN written
    END AS odd
FROM amounts
