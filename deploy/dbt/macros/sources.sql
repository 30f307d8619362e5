{# True where var clari_source names this kind of source. Another word than the known ones ends the run. #}
{% macro source_is(kind) %}
    {%- set known = ['exporter', 'raw_json'] -%}
    {%- if var('clari_source') not in known -%}
        {{ exceptions.raise_compiler_error(
            "clari_source is '" ~ var('clari_source') ~ "'; it is one of " ~ known | join(', ')
        ) }}
    {%- endif -%}
    {{ return(var('clari_source') == kind) }}
{% endmacro %}

{# Writes nothing, or ends the run: some models have the name of a view of the exporter's, which they would replace. #}
{% macro refuse_the_exporters_schema(relation) %}
    {%- if source_is('exporter') -%}
        {%- set exported = source('clari', 'snapshots') -%}
        {%- if execute and (exported.database, exported.schema) == (relation.database, relation.schema) -%}
            {{ exceptions.raise_compiler_error(
                relation ~ " would replace a view of the exporter's; give the profile another schema than "
                ~ exported.schema
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
