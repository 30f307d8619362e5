"""Readiness and contract tests for Clari integrations: may it go live, and is it still right tonight."""

__version__ = "0.1.0"
