"""Documents against their contracts: every violation at once, each with its path."""

from clari_readiness.validation.contracts import Contracts
from clari_readiness.validation.judging import ContractJudge, Rules

__all__ = ["ContractJudge", "Contracts", "Rules"]
