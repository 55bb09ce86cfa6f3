"""From the bytes of a delivered file to rows of text, whatever the file's separator, encoding and headings."""

import csv
import io
import re
from dataclasses import dataclass

COLUMNS = ("transaction_id", "customer_id", "booked_at", "amount", "currency", "merchant")

_OTHER_HEADINGS = {
    "id": "transaction_id",
    "transaction": "transaction_id",
    "customer": "customer_id",
    "date": "booked_at",
    "booking_date": "booked_at",
    "value": "amount",
    "ccy": "currency",
    "shop": "merchant",
}


@dataclass(frozen=True)
class RawRow:
    """One line of a delivery: its cells by column, and what is wrong with the line as a whole."""

    file: str
    line: int
    cells: dict[str, str]
    problem: str | None = None


def read_delivery(content: bytes, file: str) -> list[RawRow]:
    """Every row below the heading; none for an empty file. Nothing is dropped here, blank lines included."""
    lines = csv.reader(io.StringIO(_decode(content), newline=""), delimiter=_separator(content))
    heading = [_column(cell) for cell in next(lines, [])]
    return [_row(file, lines.line_num, heading, cells) for cells in lines]


def _row(file: str, line: int, heading: list[str], cells: list[str]) -> RawRow:
    if not any(cell.strip() for cell in cells):
        return RawRow(file, line, {}, "blank row")
    values = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
    problem = None if len(cells) == len(heading) else "wrong number of fields"
    return RawRow(file, line, {name: value for name, value in values.items() if name in COLUMNS}, problem)


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\0", "")


def _separator(content: bytes) -> str:
    first = content.partition(b"\n")[0].decode("latin-1")
    return max(",;\t|", key=first.count)


def _column(heading: str) -> str:
    name = re.sub(r"[^a-z]+", "_", heading.strip().lower()).strip("_")
    return _OTHER_HEADINGS.get(name, name)
