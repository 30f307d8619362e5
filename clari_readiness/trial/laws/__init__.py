"""The laws: pure functions from what happened to what was broken."""
