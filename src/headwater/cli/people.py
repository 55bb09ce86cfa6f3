"""`headwater people`: who has signed in by a provider, and with which role."""

from __future__ import annotations

from pathlib import Path

import click

from headwater.cli.homes import deployment_option, home_option, json_option, open_deployment
from headwater.cli.printing import local_time, print_json, print_table
from headwater.clock import to_seconds


@click.group("people")
def people_group() -> None:
    """List people, give them roles, and shut them out."""


@people_group.command("list")
@home_option
@deployment_option
@json_option
def list_people(home: Path | None, deployment: str, as_json: bool) -> None:
    """List everybody who has signed in."""
    from headwater.storage.access import people

    with open_deployment(home, deployment) as opened:
        found = opened.store.read(people.list_people)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            person.person_id,
            person.shown_name,
            "shut out" if person.disabled_at is not None else person.effective_role.value,
            "an admin" if person.given_role is not None else "the rules",
            local_time(to_seconds(person.seen_at)),
        )
        for person in found
    ]
    print_table(("ID", "NAME", "ROLE", "GIVEN BY", "LAST SIGN-IN"), rows, empty="Nobody has signed in yet.")


@people_group.command("change")
@click.argument("person_id")
@click.option("--role", type=click.Choice(["viewer", "operator", "admin"]), help="Whatever the rules say.")
@click.option("--by-rules", is_flag=True, help="The role that the rules give; the default.")
@click.option("--shut-out", is_flag=True, help="Let them in no more, and end their sessions.")
@home_option
@deployment_option
def change_person(
    person_id: str, role: str | None, by_rules: bool, shut_out: bool, home: Path | None, deployment: str
) -> None:
    """Give somebody a role, or shut them out; without options, they are let in as the rules say."""
    from headwater.cli.actor import actor
    from headwater.records.access.audit import Note
    from headwater.records.access.tokens import Role
    from headwater.storage.access import people

    if role is not None and by_rules:
        raise click.UsageError("--role and --by-rules contradict each other; give one of them.")
    given = None if role is None else Role(role)
    with open_deployment(home, deployment) as opened:
        now = opened.clock.now()
        changed = opened.access.change(
            lambda c: people.change_person(c, person_id, now, given_role=given, disabled=shut_out),
            lambda person: Note(
                actor=actor(),
                action="person changed",
                target=person.shown_name,
                detail="shut out" if shut_out else f"role {person.effective_role}",
            ),
        )
    click.echo(f"{changed.shown_name}: {'shut out' if shut_out else changed.effective_role.value}.")
