"""Stable pseudonyms under a secret key: equal values stay equal, and nobody without the key can go back."""

from __future__ import annotations

import hashlib
import hmac
from decimal import MAX_PREC, Decimal, localcontext
from functools import cached_property

_SMALLEST, _LARGEST = 10**14, 10**15 - 1
"""Numbers that stand for numeric ids: 15 digits are exact wherever JSON is read, in floats too."""


class Pseudonyms:
    """What stands for the values of one tenant; two with the same key say the same.

    An id is the same wherever it occurs, as text, as a number, or as a part of `<user>:<role>` (F13). What is empty
    stays empty, since a contract may ask for more.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Pseudonyms(...)"

    @cached_property
    def factor(self) -> int:
        """What every amount is multiplied by, 11 to 99: a whole number, so that sums and swings hold to the cent."""
        return 11 + int(self._digest("factor", ""), 16) % 89

    def amount(self, amount: int | Decimal) -> int | Decimal:
        """Return an amount times the factor, exactly."""
        if isinstance(amount, int):
            return amount * self.factor
        with localcontext(prec=MAX_PREC):  # or it would be rounded to 28 digits
            return amount * self.factor

    def id(self, text: str) -> str:
        """Return what stands for an id; each part between colons has one of its own."""
        return ":".join(self._part(part) for part in text.split(":"))

    def number(self, number: int) -> int:
        """Return what stands for an id that is a number: `id` says the same of its digits."""
        stands = int(self.id(str(abs(number))))
        return -stands if number < 0 else stands

    def email(self, text: str) -> str:
        """Return an address that nobody has; what was no address stays none. Capitals make no difference."""
        local, at, host = text.partition("@")
        if not (local and at and host) or "@" in host or " " in text:
            return self.text(text)
        return f"{self._digest('email', text.lower())[:16]}@example.invalid"

    def name(self, text: str) -> str:
        """Return what stands for a name of a person, a role or a thing."""
        return text and f"Name {self._digest('name', text)[:16]}"

    def text(self, text: str) -> str:
        """Return what stands for any other text."""
        return text and f"text {self._digest('text', text)[:16]}"

    def ip(self, text: str) -> str:
        """Return an address out of the range that is reserved for documentation."""
        digest = self._digest("ip", text)
        return text and "2001:db8:" + ":".join(digest[at : at + 4] for at in range(0, 24, 4))

    def host(self, text: str) -> str:
        """Return what stands for the name of a machine."""
        return f"host-{self._digest('host', text.lower())[:16]}.invalid"

    def salt(self) -> bytes:
        """Return 16 bytes that tell nothing of the key."""
        return bytes.fromhex(self._digest("salt", "")[:32])

    def _part(self, text: str) -> str:
        digest = self._digest("id", text)
        if text.isascii() and text.isdigit():
            return str(_SMALLEST + int(digest, 16) % (_LARGEST - _SMALLEST))
        return text and f"x{digest[:20]}"

    def _digest(self, kind: str, text: str) -> str:
        said = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()
