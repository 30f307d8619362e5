"""Faults in what a forecast's document says (F13): for a job the same at every download."""
