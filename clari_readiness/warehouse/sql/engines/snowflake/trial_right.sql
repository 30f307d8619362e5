-- Returns one row: this role, the virtual warehouse that it uses, and the server's time in whole seconds since 1970.
SELECT
    current_role(),
    current_warehouse(),
    CAST(date_part(EPOCH_SECOND, current_timestamp()) AS INTEGER)
