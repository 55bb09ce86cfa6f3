"""The other orchestrator: its pipeline exports the CRM, cleans the export, loads the warehouse, and reports by HTTP.

The reports are the only thing that it has to do for Headwater: one POST after a step.
"""

from __future__ import annotations

import csv
import io
import json
import random
import urllib.error
import urllib.request
from datetime import date
from typing import Any

from outside_world.dirty_rows import CUSTOMERS
from outside_world.places import World, write_whole
from outside_world.warehouse import Account, add_rates, load_customers

_FIRST = ("Ada", "Bo", "Chidi", "Dana", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Lena")
_LAST = ("Archer", "Bakker", "Costa", "Dahl", "Eriksen", "Fontaine", "García", "Horvat", "Ivanova", "Jansen")
_COUNTRIES = {
    "DE": ("DE", "Germany", "de"),
    "FR": ("FR", "France"),
    "NL": ("NL", "Netherlands"),
    "SE": ("SE", "sweden"),
}
_SEGMENTS = ("consumer", "consumer", "consumer", "business")
_TIMEOUT_SECONDS = 10.0


class ReportFailedError(Exception):
    """Headwater did not take a report; the message says why."""


def run_pipeline(world: World, today: date, *, seed: int, run: int, url: str | None, check_fails: bool = False) -> None:
    """One night's run.

    Args:
        world: Where the files and the warehouse are.
        today: The day of the run.
        seed: The world's.
        run: The number of the run; each has some new accounts.
        url: Where Headwater is; None to report nothing.
        check_fails: Whether the load loses some accounts, so that the check at the end fails.

    Raises:
        ReportFailedError: Headwater can't be reached, or has refused a report.
    """
    exported = _accounts(run, seed)
    content = _to_csv(exported)
    write_whole(world.crm / "accounts_export.csv", content)
    cleaned = [(key, name.strip(), _country(country), segment) for key, name, country, segment in exported]
    write_whole(world.crm / "accounts_clean.csv", _to_csv(cleaned))
    # New accounts come last, so these are ones that the table does not have yet.
    rows = load_customers(world, cleaned[:-7] if check_fails else cleaned)
    add_rates(world, today, seed=seed)
    if url is None:
        return
    _post(url, "materialization", "crm/accounts_export", metadata={"dagster/row_count": len(exported), "run": run})
    _post(url, "materialization", "crm/accounts_clean", metadata={"dagster/row_count": len(cleaned), "run": run})
    _post(
        url,
        "check",
        "warehouse/customers",
        check_name="matches_crm_export",
        passed=rows >= len(cleaned),
        severity="ERROR",
        metadata={"accounts_exported": len(exported), "rows_in_table": rows},
    )


def count_run(world: World) -> int:
    """The number of the next run, counted in a file."""
    counter = world.crm / "runs"
    run = int(counter.read_text()) + 1 if counter.exists() else 1
    write_whole(counter, str(run).encode())
    return run


def _accounts(run: int, seed: int) -> list[Account]:
    """All accounts on the night of a run, as the CRM spells them: ten more each night, and some are renamed."""
    accounts = []
    for number in range(1, CUSTOMERS - 20 + 10 * run + 1):
        chance = random.Random(f"{seed}:account:{number}")
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        country = chance.choice(_COUNTRIES[chance.choice(list(_COUNTRIES))])
        segment = "business" if number % 40 == run % 40 else chance.choice(_SEGMENTS)
        accounts.append((f"C{number:05d}", f" {name}" if chance.random() < 0.1 else name, country, segment))
    return accounts


def _country(text: str) -> str:
    return next(code for code, spellings in _COUNTRIES.items() if text in spellings)


def _to_csv(accounts: list[Account]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows([("customer_id", "name", "country", "segment"), *accounts])
    return file.getvalue().encode()


def _post(url: str, kind: str, asset: str, **body: Any) -> None:
    """Report one event; a `/` in the path stands between the parts of the asset's key."""
    address = f"{url.rstrip('/')}/report_asset_{kind}/{asset}"
    request = urllib.request.Request(
        address, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise ReportFailedError(f"{address} answered {error.code}: {error.read().decode(errors='replace')}") from error
    except OSError as error:
        raise ReportFailedError(f"{address} can't be reached ({error}). Start Headwater, or correct --url.") from error
