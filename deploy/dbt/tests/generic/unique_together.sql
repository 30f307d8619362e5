{# No two rows have the same in all of these columns; NULL is the same as NULL. #}
{% test unique_together(model, columns) %}
SELECT {{ columns | join(', ') }}, count(*) AS copies
FROM {{ model }}
GROUP BY {{ columns | join(', ') }}
HAVING count(*) > 1
{% endtest %}
