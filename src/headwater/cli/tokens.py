"""`headwater token`: who may come in without being a person."""

from __future__ import annotations

import re
from pathlib import Path

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.clock import MICROSECONDS, to_seconds
from headwater.errors import SettingsError

_SCOPES = ("report", "read", "operate", "admin")
_UNITS = {"m": 60, "h": 3_600, "d": 86_400}


@click.group("token")
def token_group() -> None:
    """Create, list and revoke tokens, and demand them."""


@token_group.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "-s",
    "scopes",
    multiple=True,
    type=click.Choice(_SCOPES),
    help="What it is for; repeatable; default: report and read. operate includes read, admin includes all.",
)
@click.option("--assets", "selection", help="Which assets it may report, such as 'key:partner/*'; default: all.")
@click.option("--expires", metavar="30d", help="How long it is good for: minutes (m), hours (h) or days (d).")
@click.option("--rate-limit", type=click.IntRange(1), help="Requests a minute, in each server process.")
@home_option
@deployment_option
@json_option
def create_token(
    name: str,
    scopes: tuple[str, ...],
    selection: str | None,
    expires: str | None,
    rate_limit: int | None,
    home: Path | None,
    deployment: str,
    as_json: bool,
) -> None:
    """Make a token and print it, this once. NAME says who uses it.

    From the first token on, the deployment takes no request without one.
    """
    from headwater.cli.actor import actor
    from headwater.records.access.audit import Note
    from headwater.records.access.tokens import USUAL_SCOPES, Scope
    from headwater.storage.access import tokens as access

    lasts = None if expires is None else _duration(expires)
    with open_deployment(home, deployment, must_exist=False) as opened:
        now = opened.clock.now()
        new = access.NewToken(
            name=name,
            scopes=[Scope(scope) for scope in scopes] or USUAL_SCOPES,
            selection=selection,
            expires_at=None if lasts is None else now + lasts,
            rate_limit=rate_limit,
        )
        token, secret = opened.access.change(
            lambda c: access.create_token(c, new, now, actor()),
            lambda made: Note(
                actor=actor(),
                action="token created",
                target=f"{made[0].name} ({made[0].token_id})",
                detail=f"{' '.join(made[0].scopes)}; {made[0].selection or 'all assets'}",
            ),
        )
    if as_json:
        print_json({"token_id": token.token_id, "name": token.name, "scopes": token.scopes, "token": secret})
        return
    click.echo(secret)
    click.echo(f"This is token {token.token_id} ({name}); it is not shown again.", err=True)
    what = ", ".join(token.scopes)
    click.echo(f"It may {what}; --scope gives it more or less, and --assets some assets only.", err=True)
    click.echo(f"The deployment {deployment!r} takes no request without a token now.", err=True)


@token_group.command("list")
@home_option
@deployment_option
@json_option
def list_tokens(home: Path | None, deployment: str, as_json: bool) -> None:
    """List tokens, without their secrets."""
    from headwater.storage.access import tokens as access

    with open_deployment(home, deployment) as opened:
        tokens, now = opened.store.read(access.list_tokens), opened.clock.now()
    if as_json:
        print_json([{**_plain(token), "state": token.state(now)} for token in tokens])
        return
    rows = [
        (
            token.token_id,
            token.name,
            " ".join(token.scopes),
            token.selection or "all",
            _moment(token.created_at),
            _moment(token.expires_at),
            _moment(token.last_used_at),
            token.state(now),
        )
        for token in tokens
    ]
    headings = ("ID", "NAME", "SCOPES", "ASSETS", "CREATED", "EXPIRES", "LAST USED", "STATE")
    print_table(headings, rows, empty="No tokens.")


@token_group.command("revoke")
@click.argument("token_id")
@home_option
@deployment_option
def revoke_token(token_id: str, home: Path | None, deployment: str) -> None:
    """Make a token useless from now on, also for servers that run."""
    from headwater.cli.actor import actor
    from headwater.records.access.audit import Note
    from headwater.storage.access import tokens as access

    with open_deployment(home, deployment) as opened:
        now = opened.clock.now()
        token = opened.access.change(
            lambda c: access.revoke_token(c, token_id, now),
            lambda done: Note(actor=actor(), action="token revoked", target=f"{done.name} ({done.token_id})"),
        )
    click.echo(f"Revoked {token.token_id} ({token.name}).")


@token_group.command("require")
@click.argument("switch", type=click.Choice(["on", "off"]))
@home_option
@deployment_option
def require_tokens(switch: str, home: Path | None, deployment: str) -> None:
    """Demand a token with every request, or no more.

    A server that others than this machine can reach demands one in any case.
    """
    from headwater.cli.actor import actor
    from headwater.records.access.audit import Note
    from headwater.storage.access import tokens as access

    with open_deployment(home, deployment) as opened:
        opened.access.change(
            lambda c: access.set_required(c, switch == "on"),
            lambda _done: Note(actor=actor(), action="tokens demanded" if switch == "on" else "tokens not demanded"),
        )
    click.echo(f"Tokens are {'demanded' if switch == 'on' else 'not demanded'} by the deployment {deployment!r}.")


def _duration(text: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if found is None:
        raise SettingsError(f"--expires {text!r} is not a duration such as 30d, 12h or 45m.")
    return int(found[1]) * _UNITS[found[2]] * MICROSECONDS


def _plain(token: object) -> dict[str, object]:
    import msgspec

    fields: dict[str, object] = msgspec.to_builtins(token)
    return fields


def _moment(moment: int | None) -> str:
    return "-" if moment is None else local_time(to_seconds(moment))
