"""Faults in how audit events come, page by page (F29)."""
