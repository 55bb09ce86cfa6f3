"""Plausible card transactions, and the dirt that gets into them on their way through other people's systems.

Everything follows from a seed and a delivery's number, so that every world is the same and tests can count on it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

CUSTOMERS = 200
_MERCHANTS = (
    "Café Müller",
    "Bäckerei Öz",
    "Nordic Outdoor",
    "Kiosk 24",
    "Boulangerie Léa",
    "Tech & Co, Ltd",
    "Łódź Books",
)
_CURRENCIES = ("EUR",) * 6 + ("USD", "USD", "GBP", "CHF")
_SHARE_OF_REFUNDS = 0.04
_SHARE_OF_DIRT = 0.05
_ROWS = (90, 160)


@dataclass(frozen=True)
class Booking:
    """A transaction as it really was."""

    transaction_id: str
    customer_id: str
    booked_at: datetime
    cents: int
    currency: str
    merchant: str


def bookings_of(number: int, day: date, seed: int) -> list[Booking]:
    """What happened on the day that a delivery is about."""
    chance = random.Random(f"{seed}:bookings:{number}:{day}")
    midnight = datetime.combine(day, time(), UTC)
    return [
        Booking(
            transaction_id=f"TX-{day:%Y%m%d}-{number:02d}{row:04d}",
            customer_id=f"C{min(int(chance.paretovariate(0.8)), CUSTOMERS):05d}",
            booked_at=midnight + timedelta(seconds=chance.randrange(86_400)),
            cents=_cents(chance),
            currency=chance.choice(_CURRENCIES),
            merchant=chance.choice(_MERCHANTS),
        )
        for row in range(chance.randint(*_ROWS))
    ]


def make_delivery(number: int, day: date, seed: int, *, previous: date | None = None, broken: bool = False) -> bytes:
    """The file that the partner sends about a day.

    Args:
        number: Counts deliveries; decides which of the partner's systems has written the file.
        day: What it is about.
        seed: The world's.
        previous: What the delivery before was about: some of its rows are sent again, a few of them corrected.
        broken: Whether most amounts are lost, as when an export goes wrong.
    """
    chance = random.Random(f"{seed}:dirt:{number}:{day}")
    style = _STYLES[number % len(_STYLES)]
    bookings = bookings_of(number, day, seed)
    again = bookings_of(number - 1, previous, seed)[-6:] if previous is not None else []
    corrected = [replace(booking, cents=booking.cents + 100) for booking in again[:2]]
    lines = [[*style.heading], *(style.write(booking, chance) for booking in [*corrected, *again[2:], *bookings])]
    share = 0.8 if broken else _SHARE_OF_DIRT
    dirty = [lines[0], *(_soil(line, chance, broken) if chance.random() < share else line for line in lines[1:])]
    dirty.insert(chance.randrange(1, len(dirty)), [""] * len(style.heading))
    # A retry of the partner's own job has sent one row twice.
    dirty.append(chance.choice(lines[1:]))
    text = "\r\n".join(style.separator.join(_quote(cell, style.separator) for cell in line) for line in dirty)
    return (text + "\r\n").encode(style.encoding, errors="replace")


def _cents(chance: random.Random) -> int:
    cents = round(chance.lognormvariate(7.8, 1.2))
    return -cents if chance.random() < _SHARE_OF_REFUNDS else max(cents, 50)


@dataclass(frozen=True)
class _Style:
    """How one of the partner's systems writes."""

    heading: tuple[str, ...]
    separator: str
    encoding: str
    moments: tuple[str, ...]
    decimal: str
    group: str

    def write(self, booking: Booking, chance: random.Random) -> list[str]:
        whole, cents = divmod(abs(booking.cents), 100)
        amount = f"{whole:,}".replace(",", self.group) + f"{self.decimal}{cents:02d}"
        return [
            booking.transaction_id,
            booking.customer_id,
            booking.booked_at.strftime(chance.choice(self.moments)),
            f"-{amount}" if booking.cents < 0 else amount,
            booking.currency,
            booking.merchant,
        ]


_HEADING = ("transaction_id", "customer_id", "booked_at", "amount", "currency", "merchant")
_STYLES = (
    _Style(_HEADING, ",", "utf-8", ("%Y-%m-%dT%H:%M:%SZ",), ".", ""),
    _Style(_HEADING, ";", "cp1252", ("%d.%m.%Y %H:%M", "%d.%m.%Y"), ",", "."),
    _Style(
        ("Transaction", "Customer", "Date", "Value", "CCY", "Shop"), ",", "utf-8-sig", ("%Y-%m-%d %H:%M:%S",), ".", ","
    ),
    _Style(_HEADING, ",", "utf-8", ("%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M", "%d %b %Y"), ".", ""),
)


def _soil(line: list[str], chance: random.Random, broken: bool) -> list[str]:
    """Spoil one line in one of the usual ways: the first ones can be put right, the others can't."""
    identity, customer, moment, amount, currency, merchant = line
    harmless = [
        [identity.lower(), customer, moment, amount, currency, merchant],
        [identity, customer, moment, f"{amount} {currency}", currency.lower(), merchant],
        [identity, f" {customer} ", moment, f"  {amount}", f"{currency} ", f"{merchant}  "],
        [identity, customer, moment, f"({amount.lstrip('-')})" if amount.startswith("-") else amount, "€", merchant],
    ]
    harmful = [
        ["", customer, moment, amount, currency, merchant],
        [identity, "n/a", moment, amount, currency, merchant],
        [identity, customer, "32.13.2026", amount, currency, merchant],
        [identity, customer, moment, "#VALUE!", currency, merchant],
        [identity, customer, moment, "1.234", currency, merchant],
        [identity, customer, moment, amount, "XXX", merchant],
        [identity, customer, moment, amount],
    ]
    if broken:
        return [identity, customer, moment, chance.choice(("#REF!", "", "?")), currency, merchant]
    return chance.choice(harmless * 2 + harmful)


def _quote(cell: str, separator: str) -> str:
    needed = separator in cell or '"' in cell or "\n" in cell
    return '"' + cell.replace('"', '""') + '"' if needed else cell
