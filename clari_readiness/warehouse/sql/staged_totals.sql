-- Returns one row: entries, odd ones, amounts that were rounded, and how many entries have each amount.
SELECT
    count(*) AS entries,
    count(odd) AS odd,
    coalesce(sum(rounded), 0) AS rounded,
    count(forecast_amount) AS forecast_amount,
    count(quota_amount) AS quota_amount,
    count(adjustment_amount) AS adjustment_amount,
    count(crm_total) AS crm_total,
    count(crm_closed) AS crm_closed
FROM staged_entries
