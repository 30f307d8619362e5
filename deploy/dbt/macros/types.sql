{# The types of an export that have an amount, and the column of each. #}
{% macro amount_columns() %}
    {{ return({
        'forecast': 'forecast_amount',
        'quota': 'quota_amount',
        'adjustment': 'adjustment_amount',
        'crm_total': 'crm_total',
        'crm_closed': 'crm_closed',
    }) }}
{% endmacro %}

{# Every type that an export can be asked for (F5). #}
{% macro export_types() %}
    {{ return(['forecast_updated'] + (amount_columns() | list)) }}
{% endmacro %}

{# The key of an entry that holds a type's value (F13). #}
{% macro value_name(type) %}
    {%- set usual = {
        'forecast': 'forecastValue',
        'forecast_updated': 'isUpdated',
        'quota': 'quotaValue',
        'adjustment': 'adjustmentValue',
        'crm_total': 'aggregationTotal',
        'crm_closed': 'crmClosed',
    } -%}
    {{ return(var('clari_value_names').get(type, usual[type])) }}
{% endmacro %}

{# Whether a list of types, kept as an array, as JSON or as text, has one. #}
{% macro has_type(types, type) -%}
    ',' || {{ letters_of(types) }} || ',' LIKE '%,{{ type }},%'
{%- endmacro %}

{# The list with nothing but its words and commas, in whatever brackets and quotes the engine shows it. #}
{% macro letters_of(types) %}
    {{ return(adapter.dispatch('letters_of', 'clari_readiness')(types)) }}
{% endmacro %}

{% macro duckdb__letters_of(types) -%}
    regexp_replace(CAST({{ types }} AS VARCHAR), '[^a-z_,]', '', 'g')
{%- endmacro %}

{% macro postgres__letters_of(types) -%}
    regexp_replace(CAST({{ types }} AS VARCHAR), '[^a-z_,]', '', 'g')
{%- endmacro %}

{# Not run so far. #}
{% macro snowflake__letters_of(types) -%}
    regexp_replace(CAST({{ types }} AS VARCHAR), '[^a-z_,]', '')
{%- endmacro %}

{# Not run so far. #}
{% macro bigquery__letters_of(types) -%}
    regexp_replace(to_json_string({{ types }}), '[^a-z_,]', '')
{%- endmacro %}
