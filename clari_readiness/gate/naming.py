"""The names of pieces of evidence that are of one forecast and period: each is a file, and its name is the file's."""

from __future__ import annotations


def forecast_piece(forecast_id: str, time_period: str) -> str:
    """Return the name of the piece of evidence that holds a synchronous forecast."""
    return f"forecast.{_file_name(forecast_id)}.{time_period}"


def export_piece(forecast_id: str, time_period: str) -> str:
    """Return the name of the piece of evidence that holds what an export has in its place."""
    return f"export.{_file_name(forecast_id)}.{time_period}"


def _file_name(forecast_id: str) -> str:
    """Return the id as a part of a file's name; two ids never share one."""
    return "".join(letter if letter.isalnum() or letter in "_-" else f"%{ord(letter):x}" for letter in forecast_id)
