"""A value that nobody sees by accident."""

from __future__ import annotations

import hmac
from typing import NoReturn, final


@final
class Secret:
    """A resolved secret: `reveal()` gives the value, everything else hides it.

    `reference` is what the settings say, `where` the same in words: `environment variable CLARI_API_KEY_PROD`.
    """

    __slots__ = ("__value", "reference", "where")

    def __init__(self, value: str, *, reference: str, where: str) -> None:
        self.__value = value
        self.reference = reference
        self.where = where

    def reveal(self) -> str:
        """Return the value itself."""
        return self.__value

    def __len__(self) -> int:
        return len(self.__value)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __repr__(self) -> str:
        return f"Secret({len(self)} characters from {self.where})"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled or copied: hand on its reference, and resolve that")
