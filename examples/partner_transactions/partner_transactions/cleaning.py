"""What the partner's rows mean, and why some of them can't be used."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from partner_transactions.deliveries import COLUMNS, RawRow

DUPLICATE = "duplicate"
CORRECTED = "corrected later"
HARMLESS = frozenset({"blank row", DUPLICATE, CORRECTED})
"""Reasons that leave a row out although nothing was wrong with the delivery."""

_AMOUNT = pl.Decimal(14, 2)
_CURRENCIES = {"€": "EUR", "EURO": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "SFR": "CHF"}
_KNOWN = ("EUR", "USD", "GBP", "CHF")
# Days come before months wherever a point or a slash parts them: the partner is European.
_MOMENTS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M")
_DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%Y%m%d")


@dataclass(frozen=True)
class Cleaned:
    """The outcome: usable transactions, each id once, and every other row with the reason why it is not there."""

    transactions: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows each reason cost."""
        return dict(self.rejected["reason"].value_counts().sort("reason").iter_rows())


def clean(rows: Iterable[RawRow]) -> Cleaned:
    """Clean rows of deliveries, which come in the order of their delivery; of two with one id the later one holds."""
    raw = _frame(rows)
    typed = raw.with_columns(
        id=pl.col("transaction_id").str.to_uppercase(),
        customer=pl.col("customer_id").str.to_uppercase(),
        moment=_moment(pl.col("booked_at")),
        number=_amount(pl.col("amount")),
        code=_currency(pl.col("currency")),
        shop=_or_null(pl.col("merchant").str.replace_all(r"\s+", " ")),
    )
    judged = _find_duplicates(typed.with_columns(reason=_reason()))
    usable = judged.filter(pl.col("reason").is_null())
    return Cleaned(
        transactions=usable.select(
            transaction_id="id",
            customer_id="customer",
            booked_at="moment",
            amount="number",
            currency="code",
            merchant="shop",
            file="file",
        ).sort("booked_at", "transaction_id"),
        rejected=judged.filter(pl.col("reason").is_not_null()).select("file", "line", "reason", *COLUMNS),
    )


def _frame(rows: Iterable[RawRow]) -> pl.DataFrame:
    records = [(row.file, row.line, row.problem, *(row.cells.get(name) for name in COLUMNS)) for row in rows]
    schema = {"file": pl.String, "line": pl.Int64, "problem": pl.String, **dict.fromkeys(COLUMNS, pl.String)}
    return pl.DataFrame(records, schema=schema, orient="row").with_row_index("position")


def _reason() -> pl.Expr:
    """The first thing that makes a row unusable; null for a good one."""
    text = _amount_text(pl.col("amount"))
    return (
        pl.when(pl.col("problem").is_not_null())
        .then(pl.col("problem"))
        .when(pl.col("id").fill_null("") == "")
        .then(pl.lit("no transaction id"))
        .when(~pl.col("id").str.contains(r"^TX-\d{8}-\d{4,}$"))
        .then(pl.lit("bad transaction id"))
        .when(~pl.col("customer").fill_null("").str.contains(r"^C\d{5}$"))
        .then(pl.lit("bad customer id"))
        .when(text.str.contains(r"^\d{1,3}[.,]\d{3}$"))
        .then(pl.lit("ambiguous amount"))
        .when(pl.col("number").is_null())
        .then(pl.lit("bad amount"))
        .when(pl.col("moment").is_null())
        .then(pl.lit("bad date"))
        .when(pl.col("code").is_null())
        .then(pl.lit("unknown currency"))
    )


def _find_duplicates(judged: pl.DataFrame) -> pl.DataFrame:
    """Give every usable row but the last of its id a reason: it says the same as the last one, or it was corrected."""
    usable = pl.col("reason").is_null()
    facts = pl.struct("customer", "number", "code")
    last = judged.filter(usable).group_by("id").agg(pl.col("position").last(), facts.last().alias("holds"))
    joined = judged.join(last.rename({"position": "last"}), on="id", how="left", maintain_order="left")
    repeated = usable & (pl.col("position") != pl.col("last"))
    says = pl.when(facts == pl.col("holds")).then(pl.lit(DUPLICATE)).otherwise(pl.lit(CORRECTED))
    return joined.with_columns(reason=pl.when(repeated).then(says).otherwise(pl.col("reason")))


def _amount_text(amount: pl.Expr) -> pl.Expr:
    """The digits and separators of an amount, without sign, currency and blanks."""
    return (
        amount.str.to_uppercase().str.replace_all(r"[€$£\s'’]|EUR|USD|GBP|CHF", "").str.replace_all(r"^[-(+]|[-)]$", "")
    )


def _amount(amount: pl.Expr) -> pl.Expr:
    """An amount with two decimals; null where it is no number or could be two.

    `1.234` alone may be a thousand or a little more than one, so it is neither.
    """
    text = _amount_text(amount)
    points_group = text.str.contains(r"^\d{1,3}(\.\d{3})+(,\d{1,2})$|^\d{1,3}(\.\d{3}){2,}$")
    commas_group = text.str.contains(r"^\d{1,3}(,\d{3})+(\.\d{1,2})$|^\d{1,3}(,\d{3}){2,}$")
    plain = text.str.contains(r"^\d{1,10}([.,]\d{1,2})?$")
    canonical = (
        pl.when(points_group)
        .then(text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(commas_group)
        .then(text.str.replace_all(",", "", literal=True))
        .when(plain)
        .then(text.str.replace(",", ".", literal=True))
    )
    negative = amount.str.contains(r"^\D*-|-\s*$|^\(.*\)$")
    number = canonical.cast(_AMOUNT, strict=False)
    return pl.when(negative).then(-number).otherwise(number).cast(_AMOUNT, strict=False)


def _moment(text: pl.Expr) -> pl.Expr:
    """A moment in UTC; null where the text fits no format, or lies in no plausible year."""
    local = text.str.replace(r"Z$", "")
    moments = [local.str.to_datetime(pattern, time_unit="us", strict=False) for pattern in _MOMENTS]
    dates = [local.str.to_date(pattern, strict=False).cast(pl.Datetime("us")) for pattern in _DATES]
    moment = pl.coalesce(*moments, *dates)
    return pl.when(moment.dt.year().is_between(2000, 2100)).then(moment).dt.replace_time_zone("UTC")


def _currency(text: pl.Expr) -> pl.Expr:
    code = text.str.to_uppercase().replace(_CURRENCIES)
    return pl.when(code.is_in(_KNOWN)).then(code)


def _or_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
