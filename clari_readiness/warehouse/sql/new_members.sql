-- Returns the keys that have no column as the text of an object, or NULL: part of stage.sql.
CASE
    WHEN list_any_value(json_extract(json, $new_paths)) IS NOT NULL
        THEN concat(
            '{',
            array_to_string(
                list_filter(
                    list_transform(
                        json_extract(json, $new_paths),
                        LAMBDA value, place: $new_members[place] || CAST(value AS VARCHAR)
                    ),
                    LAMBDA member: member IS NOT NULL
                ),
                ','
            ),
            '}'
        )
END
