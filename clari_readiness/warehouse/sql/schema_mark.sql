-- Returns one row when our tables are there: the mark of the schema.sql that made them.
SELECT comment FROM duckdb_tables() WHERE table_name = 'forecast_entries' AND database_name = current_database()
