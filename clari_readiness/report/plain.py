r"""Foreign text made harmless to look at: names are data, and a name may hold anything.

Escape sequences would steer the terminal, bidirectional controls would reorder the line, invisible characters would
hide in it. All of them are shown as what they are (`\x1b`, `\u202e`) and do nothing. Line breaks stay.
"""

from __future__ import annotations

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_KEPT = frozenset("\n\u200c\u200d\u00ad")  # joiners that Persian, Hindi and emoji are written with; soft hyphens


def plain(text: str) -> str:
    """Return the text with every control, format and surrogate character escaped; a tab becomes a space."""
    lines = text.replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(line if line.isprintable() else _with_all_shown(line) for line in lines)


def _with_all_shown(line: str) -> str:
    for character in set(line):
        if not character.isprintable():
            line = line.replace(character, _shown(character))
    return line


def _shown(character: str) -> str:
    if character in _KEPT or unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("ascii", "backslashreplace").decode("ascii") if ord(character) > 0x7F else _hex(character)


def _hex(character: str) -> str:
    return f"\\x{ord(character):02x}"
