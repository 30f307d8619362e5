"""Read a TOML file, with one clear line for each way in which that fails."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from clari_readiness.errors import SettingsError

_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_WORDS = {
    "Cannot overwrite": "this key or table is there already",
    "Cannot declare": "this key or table is there already",
    "Duplicate inline": "this key or table is there already",
    "Cannot mutate": "this table is closed; write the key inside of its { }",
    "Invalid value": "this is no value; texts need quotes",
    "Invalid initial character": "no key begins like this; a table in { } is on one line, without a comma at its end",
}
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds. Raises SettingsError with the file and, where there is one, line and column."""
    text = _text(path, _bytes(path))
    problem = ""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = _said(str(error), text)
    except (ValueError, RecursionError):
        problem = "holds a number or a nesting that is too large to read"
    # raised out here, so that no traceback chains back to an error that holds the file's text
    raise SettingsError(f"{path}: {problem}")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        way_out = "write one with `clari-readiness init`, or name another with --config"
        raise SettingsError(f"{path}: there is no such file", way_out=way_out) from None
    except IsADirectoryError:
        raise SettingsError(f"{path}: is a directory", way_out="name the settings file in it") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None


def _text(path: Path, raw: bytes) -> str:
    if raw.startswith(_MARKS):
        raise SettingsError(f"{path}: begins with a byte order mark", way_out="save it as UTF-8 without one")
    wrong = -1
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        wrong = error.start
    line = raw.count(b"\n", 0, wrong) + 1
    raise SettingsError(f"{path}: line {line}: is not UTF-8", way_out="save the file as UTF-8")


def _said(message: str, text: str) -> str:
    """Return the parser's message with the position first, and the commonest ones in words that say what to do."""
    position = _POSITION.search(message)
    what = _POSITION.sub("", message)
    what = next((ours for theirs, ours in _WORDS.items() if what.startswith(theirs)), what[:1].lower() + what[1:])
    if position is None:
        return what
    line, column = position[1] or text.count("\n") + 1, position[2]
    return f"line {line}" + (f", column {column}" if column else "") + f": {what}"
