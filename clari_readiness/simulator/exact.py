"""JSON whose numbers are Decimals on this side and their own text on the other: no amount passes through a float."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

_DECODER = msgspec.json.Decoder(type=Any, float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def read(text: bytes | str) -> Any:
    """Return the document in a JSON text; numbers with a point or an exponent are Decimals. Raises ValueError."""
    return _DECODER.decode(text)


def written(document: Any) -> bytes:
    """Return the document as JSON in UTF-8, without spaces; each Decimal with the digits that it has."""
    return _ENCODER.encode(document)
