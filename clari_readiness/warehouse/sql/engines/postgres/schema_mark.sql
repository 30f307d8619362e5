-- Returns one row: the schema in which tables are made, whether ours are there, and the mark of the texts that made them.
SELECT
    current_schema(),
    to_regclass('export_jobs') IS NOT NULL,
    pg_catalog.obj_description(to_regclass('forecast_entries'), 'pg_class')
