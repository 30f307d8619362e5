-- Returns who is where, and below whom: by the table of users that the reference exporter keeps. Part of members.sql.
SELECT {{user_id}} AS user_id, {{hierarchy_id}} AS place, {{parent_hierarchy_id}} AS above
FROM {{users}}
