-- Returns the tables that a relation is, or that it shows, by way of other views perhaps; none where there is none.
WITH RECURSIVE beneath AS (
    SELECT c.oid, c.relkind
    FROM pg_catalog.pg_class AS c
    WHERE c.oid = to_regclass(%(relation)s)
    UNION
    SELECT c.oid, c.relkind
    FROM beneath AS b
    INNER JOIN pg_catalog.pg_rewrite AS r ON b.relkind = 'v' AND b.oid = r.ev_class
    INNER JOIN pg_catalog.pg_depend AS d
        ON
            d.classid = CAST('pg_catalog.pg_rewrite' AS regclass)
            AND r.oid = d.objid
            AND d.refclassid = CAST('pg_catalog.pg_class' AS regclass)
    INNER JOIN pg_catalog.pg_class AS c ON d.refobjid = c.oid
)

SELECT CAST(CAST(oid AS regclass) AS text) AS name
FROM beneath
WHERE relkind IN ('r', 'p')
ORDER BY name
