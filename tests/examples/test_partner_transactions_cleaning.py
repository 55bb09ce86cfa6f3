"""The example's cleaning: what the partner's rows mean, and why some can't be used."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outside_world.dirty_rows import make_delivery
from partner_transactions.cleaning import Cleaned, clean
from partner_transactions.deliveries import COLUMNS, RawRow, read_delivery
from partner_transactions.sessions import find_sessions

_GOOD = {
    "transaction_id": "TX-20260102-0001",
    "customer_id": "C00001",
    "booked_at": "2026-01-02T03:04:05Z",
    "amount": "12.50",
    "currency": "EUR",
    "merchant": "Kiosk 24",
}


def _row(changes: dict[str, str], line: int = 1) -> RawRow:
    return RawRow("file.csv", line, {**_GOOD, **changes})


def _value(column: str, **changes: str) -> object:
    cleaned = clean([_row(changes)])
    return None if cleaned.transactions.is_empty() else cleaned.transactions[column].item()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.50", "12.50"),
        ("12,5", "12.50"),
        ("12", "12.00"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1.234.567", "1234567.00"),
        ("-3.20", "-3.20"),
        ("3.20-", "-3.20"),
        ("(3.20)", "-3.20"),
        ("+3.20", "3.20"),
        ("€ 12,50", "12.50"),
        ("12.50 usd", "12.50"),
        ("-€12.50", "-12.50"),
    ],
)
def test_amounts_in_every_spelling(text: str, expected: str) -> None:
    """Points and commas, groups, signs and currencies make no difference."""
    assert _value("amount", amount=text) == Decimal(expected)


@given(st.integers(-(10**9), 10**9), st.sampled_from([(".", ""), (",", ""), (".", ","), (",", ".")]))
def test_an_amount_survives_being_written(cents: int, marks: tuple[str, str]) -> None:
    """Whatever is written with two decimals is read as it was meant."""
    decimal, group = marks
    whole = f"{abs(cents) // 100:,}".replace(",", group)
    text = f"{'-' if cents < 0 else ''}{whole}{decimal}{abs(cents) % 100:02d}"
    assert _value("amount", amount=text) == Decimal(cents).scaleb(-2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("02.01.2026 03:04", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("02/01/2026 03:04", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("02 Jan 2026", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("20260102", datetime(2026, 1, 2, tzinfo=UTC)),
    ],
)
def test_dates_in_every_spelling(text: str, expected: datetime) -> None:
    """Days come before months, and a missing time is midnight."""
    assert _value("booked_at", booked_at=text) == expected


@pytest.mark.parametrize(("text", "expected"), [("eur", "EUR"), ("€", "EUR"), ("US$", "USD"), ("£", "GBP")])
def test_currencies_in_every_spelling(text: str, expected: str) -> None:
    """Case and symbols make no difference."""
    assert _value("currency", currency=text) == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"transaction_id": ""}, "no transaction id"),
        ({"transaction_id": "TOTAL"}, "bad transaction id"),
        ({"customer_id": "n/a"}, "bad customer id"),
        ({"amount": ""}, "bad amount"),
        ({"amount": "#VALUE!"}, "bad amount"),
        ({"amount": "1.2.3"}, "bad amount"),
        ({"amount": "1.234"}, "ambiguous amount"),
        ({"amount": "-1,234"}, "ambiguous amount"),
        ({"booked_at": "32.13.2026"}, "bad date"),
        ({"booked_at": "0026-01-02"}, "bad date"),
        ({"currency": "XXX"}, "unknown currency"),
        ({"currency": ""}, "unknown currency"),
    ],
)
def test_a_row_that_can_t_be_used_says_why(changes: dict[str, str], reason: str) -> None:
    """It is left out, and kept with its reason and its text."""
    cleaned = clean([_row(changes)])
    assert cleaned.reasons == {reason: 1}
    assert cleaned.rejected.select(COLUMNS).row(0, named=True) == {**_GOOD, **changes}


def test_the_last_delivery_of_an_id_holds() -> None:
    """Earlier ones are duplicates or were corrected; a later one that can't be used replaces nothing."""
    cleaned = clean(_row({"amount": amount}, line) for line, amount in enumerate(["12.50", "13.50", "13,5", "?"], 1))
    assert list(cleaned.transactions["amount"]) == [Decimal("13.50")]
    assert dict(cleaned.rejected.select("line", "reason").iter_rows()) == {
        1: "corrected later",
        2: "duplicate",
        4: "bad amount",
    }


def test_no_rows_make_empty_tables_with_all_columns() -> None:
    """A partner who has delivered nothing yet breaks nothing downstream."""
    cleaned = clean([])
    assert cleaned.transactions.columns == [*COLUMNS, "file"]
    assert cleaned.transactions.schema == clean([_row({})]).transactions.schema
    assert cleaned.rejected.columns == ["file", "line", "reason", *COLUMNS]


@pytest.mark.parametrize(
    "content",
    [
        "Transaction;Customer;Date;Value;CCY;Shop\r\nT;C;D;1,5;EUR;Café\r\n".encode("cp1252"),
        '\ufefftransaction_id,customer_id,booked_at,amount,currency,merchant\nT,C,D,"1,5",EUR,Café'.encode(),
        "ID\tCustomer\tDate\tAmount\tCurrency\tMerchant\tNew column\nT\tC\tD\t1,5\tEUR\tCafé\tx\n".encode(),
    ],
)
def test_files_of_every_system_are_read_alike(content: bytes) -> None:
    """Separator, encoding, headings and columns that we don't know make no difference."""
    (row,) = read_delivery(content, "a.csv")
    assert row.problem is None
    assert row.cells == dict(zip(COLUMNS, ["T", "C", "D", "1,5", "EUR", "Café"], strict=True))


def test_lines_that_are_no_rows_are_kept_with_their_problem() -> None:
    """Blank lines and lines with too few or too many fields are counted, not dropped."""
    content = b"transaction_id,amount\n\n , \nT\nT,1,2\nT,1\n"
    assert [(row.line, row.problem) for row in read_delivery(content, "a.csv")] == [
        (2, "blank row"),
        (3, "blank row"),
        (4, "wrong number of fields"),
        (5, "wrong number of fields"),
        (6, None),
    ]


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(content: bytes) -> None:
    """Whatever was delivered, each of its rows is used or rejected with a reason."""
    rows = read_delivery(content, "a.csv")
    cleaned = clean(rows)
    assert cleaned.transactions.height + cleaned.rejected.height == len(rows)


def _clean_history(seed: int, *, broken: bool = False) -> tuple[list[RawRow], Cleaned]:
    first = date(2026, 1, 5)
    rows: list[RawRow] = []
    for number in range(1, 6):
        day = first + timedelta(days=number)
        previous = day - timedelta(days=1) if number > 1 else None
        content = make_delivery(number, day, seed, previous=previous, broken=broken)
        rows += read_delivery(content, f"{number}.csv")
    return rows, clean(rows)


@pytest.mark.parametrize("seed", range(5))
def test_what_the_generator_makes_is_dirty_and_mostly_usable(seed: int) -> None:
    """No row is lost, no id stands twice, most are usable, and each kind of dirt occurs somewhere."""
    rows, cleaned = _clean_history(seed)
    assert cleaned.transactions.height + cleaned.rejected.height == len(rows)
    assert max(Counter(cleaned.transactions["transaction_id"]).values()) == 1
    assert 0.8 < cleaned.transactions.height / len(rows) < 0.99
    assert {"blank row", "duplicate", "corrected later"} <= set(cleaned.reasons)
    assert cleaned.transactions.null_count().drop("merchant").sum_horizontal().item() == 0


def test_the_generator_is_deterministic() -> None:
    """One seed, one world; another seed, another one."""
    day = date(2026, 1, 5)
    assert make_delivery(3, day, 1) == make_delivery(3, day, 1)
    assert make_delivery(3, day, 1) != make_delivery(3, day, 2)


def test_a_broken_export_costs_most_rows() -> None:
    """The generator's way to make the check fail."""
    _, cleaned = _clean_history(1, broken=True)
    assert cleaned.reasons["bad amount"] > cleaned.transactions.height


def test_a_pause_of_half_an_hour_ends_a_session() -> None:
    """Up to the pause a user's views belong together; users never do."""
    start = datetime(2026, 1, 2, 10, tzinfo=UTC)
    minutes = {"a": [0, 30, 61], "b": [10]}
    views = [(user, start + timedelta(minutes=at), f"/{at}", "") for user, times in minutes.items() for at in times]
    sessions = find_sessions(pl.DataFrame(views, schema=["user_id", "at", "page", "referrer"], orient="row"))
    assert sessions.select("user_id", "page_views", "first_page").rows() == [
        ("a", 2, "/0"),
        ("b", 1, "/10"),
        ("a", 1, "/61"),
    ]
