"""It takes every refusal of this code for one that passes, and does not look at the limits."""

CAUGHT_BY = "limits_out_of_quota"


def slots_are_taken(answer):
    return answer.status_code == 400 and answer.json().get("code") == "export_monthly_quota_reached"
