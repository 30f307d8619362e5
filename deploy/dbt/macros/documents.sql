{# What differs between the engines where a document is taken apart. Snowflake's and BigQuery's were not run so far. #}

{# A SELECT of the elements of one of a document's lists, as `element`, with some columns of its row. #}
{% macro elements_of(landed, list, columns) %}
    {{ return(adapter.dispatch('elements_of', 'clari_readiness')(landed, list, columns)) }}
{% endmacro %}

{% macro duckdb__elements_of(landed, list, columns) -%}
    SELECT
        {% for column in columns %}l.{{ column }}, {% endfor %}
        unnest(CAST(json_extract(l.document, '$."{{ list }}"') AS JSON[])) AS element
    FROM {{ landed }} AS l
{%- endmacro %}

{% macro postgres__elements_of(landed, list, columns) -%}
    SELECT
        {% for column in columns %}l.{{ column }}, {% endfor %}
        e.element
    FROM {{ landed }} AS l
    CROSS JOIN LATERAL jsonb_array_elements(CAST(l.document AS jsonb) -> '{{ list }}') AS e (element)
{%- endmacro %}

{% macro snowflake__elements_of(landed, list, columns) -%}
    SELECT
        {% for column in columns %}l.{{ column }}, {% endfor %}
        e.value AS element
    FROM {{ landed }} AS l, LATERAL FLATTEN(input => l.document['{{ list }}']) AS e
{%- endmacro %}

{% macro bigquery__elements_of(landed, list, columns) -%}
    SELECT
        {% for column in columns %}l.{{ column }}, {% endfor %}
        element
    FROM {{ landed }} AS l, UNNEST(json_query_array(l.document, '$."{{ list }}"')) AS element
{%- endmacro %}

{# The text of what lies under these keys of an element; NULL where nothing does, or JSON's null. #}
{% macro text_of(keys) %}
    {{ return(adapter.dispatch('text_of', 'clari_readiness')(keys)) }}
{% endmacro %}

{% macro duckdb__text_of(keys) -%}
    json_extract_string(element, '$."{{ keys | join('"."') }}"')
{%- endmacro %}

{% macro postgres__text_of(keys) -%}
    jsonb_extract_path_text(element, '{{ keys | join("', '") }}')
{%- endmacro %}

{% macro snowflake__text_of(keys) -%}
    CAST(element['{{ keys | join("']['") }}'] AS VARCHAR)
{%- endmacro %}

{% macro bigquery__text_of(keys) -%}
    json_value(element, '$."{{ keys | join('"."') }}"')
{%- endmacro %}

{# Whether an element has a key, with JSON's null as well: absent types are absent keys (F13). #}
{% macro has_key(key) %}
    {{ return(adapter.dispatch('has_key', 'clari_readiness')(key)) }}
{% endmacro %}

{% macro duckdb__has_key(key) -%}
    json_exists(element, '$."{{ key }}"')
{%- endmacro %}

{% macro postgres__has_key(key) -%}
    element -> '{{ key }}' IS NOT NULL
{%- endmacro %}

{% macro snowflake__has_key(key) -%}
    element['{{ key }}'] IS NOT NULL
{%- endmacro %}

{% macro bigquery__has_key(key) -%}
    json_query(element, '$."{{ key }}"') IS NOT NULL
{%- endmacro %}

{# A moment that has a zone, in UTC and without one, as the exporter keeps moments. #}
{% macro in_utc(moment) %}
    {{ return(adapter.dispatch('in_utc', 'clari_readiness')(moment)) }}
{% endmacro %}

{% macro duckdb__in_utc(moment) -%}
    CAST({{ moment }} AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
{%- endmacro %}

{% macro postgres__in_utc(moment) -%}
    CAST({{ moment }} AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'
{%- endmacro %}

{% macro snowflake__in_utc(moment) -%}
    CAST(convert_timezone('UTC', {{ moment }}) AS TIMESTAMP_NTZ)
{%- endmacro %}

{% macro bigquery__in_utc(moment) -%}
    datetime({{ moment }}, 'UTC')
{%- endmacro %}
