"""It takes every refusal of this code for one that is for good, as its name says."""

CAUGHT_BY = "limits_no_slot"


def slots_are_taken(answer):
    return False
