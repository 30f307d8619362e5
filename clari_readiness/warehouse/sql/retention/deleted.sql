-- Returns one row: how many rows went.
DELETE
{{going}}
