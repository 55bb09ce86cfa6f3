"""The root command and its groups."""

from __future__ import annotations

import click

from headwater.cli.alerts import alert_group
from headwater.cli.assets import asset_group
from headwater.cli.audit import audit_group
from headwater.cli.automation import automation_group
from headwater.cli.backfills import backfill_group
from headwater.cli.check import check
from headwater.cli.checks import check_group
from headwater.cli.corrections import event_group, merge_asset, rename_asset, wipe_asset
from headwater.cli.db import db_group
from headwater.cli.deployments import deployment_group
from headwater.cli.dev import dev
from headwater.cli.engine import engine, server
from headwater.cli.jobs import job_group
from headwater.cli.limits import limits_group
from headwater.cli.lineage import lineage
from headwater.cli.locations import location_group
from headwater.cli.logs import set_up_logging
from headwater.cli.materialize import materialize, observe
from headwater.cli.partitions import partitions_group
from headwater.cli.people import people_group
from headwater.cli.report import report_group
from headwater.cli.retention import retention_group
from headwater.cli.runs import run_group
from headwater.cli.scaffold import init, scaffold
from headwater.cli.schedules import schedule_group
from headwater.cli.sensors import sensor_group
from headwater.cli.tokens import token_group
from headwater.cli.webhooks import webhook_group
from headwater.cli.why import what_if, why
from headwater.errors import HeadwaterError

_ALIASES = {"assets": asset_group, "events": event_group}
"""People write either."""


class Root(click.Group):
    """Turns our exceptions into one line on standard error and exit status 1."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or of another one that people write for it, which no list shows."""
        return super().get_command(ctx, cmd_name) or _ALIASES.get(cmd_name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named."""
        try:
            set_up_logging()
            return super().invoke(ctx)
        except HeadwaterError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="headwater", prog_name="headwater")
def main() -> None:
    """One lineage of all data assets, whoever makes them.

    Start with `headwater dev definitions.py`, then open the address that it prints.
    """


for command in (
    dev,
    engine,
    server,
    check,
    init,
    scaffold,
    materialize,
    observe,
    asset_group,
    check_group,
    partitions_group,
    lineage,
    why,
    what_if,
    sensor_group,
    schedule_group,
    automation_group,
    job_group,
    run_group,
    backfill_group,
    report_group,
    webhook_group,
    alert_group,
    event_group,
    location_group,
    limits_group,
    token_group,
    deployment_group,
    db_group,
    retention_group,
    people_group,
    audit_group,
):
    main.add_command(command)
for correction in (wipe_asset, rename_asset, merge_asset):
    asset_group.add_command(correction)
