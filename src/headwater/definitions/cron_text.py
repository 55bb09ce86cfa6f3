"""Cron expressions as users write them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError

from headwater.definitions.arguments import shown
from headwater.errors import InvalidParameterError

_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def check_cron(expression: object, where: str) -> str:
    """A cron expression as five fields; `@daily` and its like are spelt out.

    Raises:
        InvalidParameterError: it is none, or one that is never due.
    """
    text = _ALIASES.get(expression.strip(), expression) if isinstance(expression, str) else expression
    if not isinstance(text, str) or len(text.split()) != 5:
        raise InvalidParameterError(
            f"{where} is a cron expression with five fields, or one of {', '.join(_ALIASES)}, but got "
            f"{shown(expression)}."
        )
    wrong = _wrong_with(text)
    if wrong:
        raise InvalidParameterError(f"{where} {text!r} is {wrong}.")
    return " ".join(text.split())


@lru_cache(maxsize=1_024)
def _wrong_with(text: str) -> str | None:
    """Why it is no schedule; remembered, because a few of them stand on many assets."""
    try:
        first = next(CronSim(text, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        return f"no cron expression: {error}"
    return "a date that no year has, so it would never be due" if first is None else None
