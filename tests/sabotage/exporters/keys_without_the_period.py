"""Its key lacks the quarter, and one week can be in two."""

from tests.sabotage.exporters import plain

CAUGHT_BY = "period_shared_week"
SCHEMA = plain.SCHEMA.replace("(forecast_name, time_period, time_frame_id,", "(forecast_name, time_frame_id,")
