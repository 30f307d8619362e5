"""Chance without a state: the same words always give the same numbers, so nothing depends on who asked first."""

from __future__ import annotations

from hashlib import blake2b

_SEPARATOR = "\x1f"


def bytes_for(size: int, *words: object) -> bytes:
    """Return so many bytes (1 to 64) that are decided by the words alone."""
    return blake2b(_SEPARATOR.join(map(str, words)).encode(), digest_size=size).digest()


def number_for(*words: object) -> int:
    """Return a number from 0 to 2**64 - 1 that is decided by the words alone."""
    return int.from_bytes(bytes_for(8, *words), "big")


def hexadecimal_for(digits: int, *words: object) -> str:
    """Return so many hexadecimal digits (an even number, 2 to 128) that are decided by the words alone."""
    return bytes_for(digits // 2, *words).hex()
