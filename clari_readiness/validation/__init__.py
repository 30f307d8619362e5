"""Documents against their contracts: every violation at once, each with its path."""

from clari_readiness.validation.contracts import Contracts

__all__ = ["Contracts"]
