"""Its key holds the e-mail, and one person can have two roles."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "duplicates_two_roles"
SCHEMA = plain.SCHEMA.replace(
    "time_frame_id, user_id, field_id, currency)", "time_frame_id, owner_email, field_id, currency)"
)
