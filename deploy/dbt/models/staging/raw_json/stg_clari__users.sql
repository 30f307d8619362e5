-- Returns one row for each user (F13), as last seen.
{{ config(enabled=clari_readiness.source_is('raw_json')) }}
WITH listed AS (
    {{ clari_readiness.elements_of(ref('stg_clari__landed'), 'users', ['exported_at']) }}
),
users AS (
    SELECT
        {{ clari_readiness.text_of(['userId']) }} AS user_id,
        {{ clari_readiness.text_of(['name']) }} AS name,
        {{ clari_readiness.text_of(['email']) }} AS email,
        {{ clari_readiness.text_of(['hierarchyId']) }} AS hierarchy_id,
        {{ clari_readiness.text_of(['parentHierarchyId']) }} AS parent_hierarchy_id,
        exported_at AS seen_at
    FROM listed
),
ranked AS (
    SELECT
        u.*,
        row_number() OVER (
            PARTITION BY user_id
            ORDER BY seen_at DESC, name DESC, email DESC, hierarchy_id DESC, parent_hierarchy_id DESC
        ) AS nth
    FROM users AS u
)
SELECT
    user_id,
    name,
    email,
    hierarchy_id,
    parent_hierarchy_id,
    seen_at
FROM ranked
WHERE nth = 1
