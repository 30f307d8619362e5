"""The currencies that the organisation knows, and what they are worth to it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Currency:
    """A currency: ISO 4217 code, symbol, and how many ten-thousandths of it one US dollar is."""

    code: str
    symbol: str
    rate: int


CURRENCIES = MappingProxyType(
    {
        currency.code: currency
        for currency in (
            Currency("USD", "$", 10_000),
            Currency("EUR", "€", 9_150),
            Currency("GBP", "£", 7_840),
            Currency("CHF", "CHF", 8_810),
            Currency("JPY", "¥", 1_492_500),
            Currency("INR", "₹", 834_100),
            Currency("BRL", "R$", 51_200),
            Currency("CAD", "C$", 13_700),
            Currency("AUD", "A$", 15_250),
        )
    }
)


def converted(cents: int, *, into: Currency, of: Currency) -> int:
    """Return an amount in another currency, in hundredths of it, rounded half away from zero."""
    if into == of:
        return cents
    scaled = abs(cents) * into.rate * 2 + of.rate
    rounded = scaled // (of.rate * 2)
    return -rounded if cents < 0 else rounded


def money(cents: int) -> str:
    """Return an amount with exactly two decimals: `-1250.10`. Never by way of a float."""
    whole, hundredths = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{hundredths:02}"
