"""The gate: items, evidence, the decision. What a check file needs is here."""

from clari_readiness.gate.items import item

__all__ = ["item"]
