"""`headwater audit`: who did, or was refused, what; and whether that log is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.clock import to_seconds
from headwater.errors import SettingsError


@click.group("audit")
def audit_group() -> None:
    """Read and verify the log of changes and refusals."""


@audit_group.command("list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many.")
@click.option("--actor", help="Only of this one, such as token:partner.")
@click.option("--outcome", type=click.Choice(["allowed", "failed", "refused"]), help="Only these.")
@home_option
@deployment_option
@json_option
def list_audit(
    limit: int, actor: str | None, outcome: str | None, home: Path | None, deployment: str, as_json: bool
) -> None:
    """List entries, the newest first."""
    from headwater.storage.access import audit

    with open_deployment(home, deployment) as opened:
        entries = opened.store.read(lambda c: audit.read_newest(c, limit=limit, actor=actor, outcome=outcome))
    if as_json:
        print_json(entries)
        return
    rows = [
        (
            str(entry.seq),
            local_time(to_seconds(entry.at)),
            entry.actor,
            entry.action,
            entry.outcome,
            f"{entry.target} {entry.detail}".strip(),
        )
        for entry in entries
    ]
    print_table(("NO", "AT", "ACTOR", "ACTION", "OUTCOME", "MORE"), rows, empty="Nothing yet.")


@audit_group.command("verify")
@click.option("--anchor", metavar="SEQ:HASH", help="What an earlier `verify` printed; it must still be in the log.")
@home_option
@deployment_option
@json_option
def verify_audit(anchor: str | None, home: Path | None, deployment: str, as_json: bool) -> None:
    """Say whether any entry was changed, taken out or cut off; exits with status 1 if so.

    Keep what it prints as the anchor elsewhere: whoever can write the whole database can also make a new log that is
    whole in itself, but not one that has the anchor in it.
    """
    from headwater.records.access.audit import parse_anchor
    from headwater.storage.access import audit

    try:
        noted = None if anchor is None else parse_anchor(anchor)
    except ValueError as error:
        raise SettingsError(f"--anchor {anchor!r} is not SEQ:HASH, as `headwater audit verify` prints it.") from error
    with open_deployment(home, deployment) as opened:
        problems = opened.store.read(lambda c: audit.verify(c, noted))
        head = opened.store.read(audit.read_head)
    if as_json:
        print_json({"whole": not problems, "problems": problems, "head": f"{head.seq}:{head.hash}"})
    elif not problems:
        click.echo(f"The audit log is whole: {head.seq:,} entries.")
        click.echo(f"Anchor: {head.seq}:{head.hash}")
    for problem in problems if not as_json else ():
        click.echo(problem)
    if problems:
        sys.exit(1)
