"""A server that others can reach must know whom it lets in."""

from __future__ import annotations

from headwater.errors import SettingsError
from headwater.server.access.hosts import Hosts
from headwater.server.deployment import Deployments


def check_exposure(deployments: Deployments, hosts: Hosts, host: str) -> None:
    """Refuse to open the default deployment to others while it has neither a token nor a provider.

    Args:
        deployments: What is to be served.
        hosts: The names under which the server may be asked.
        host: The address to listen on, for the message.

    Raises:
        SettingsError: nobody could come in.
    """
    if not hosts.exposed:
        return
    deployment = deployments.default()
    now = deployment.clock.now()
    if deployment.sign_in_settings is not None or any(
        token.state(now) == "valid" for token in deployment.access.state().tokens.values()
    ):
        return
    raise SettingsError(
        f"On {host}, others than this machine could reach the server, so it demands tokens, and the deployment has "
        "none yet. Make one with `headwater token create NAME --scope admin`, then start again. Without --host and "
        "--allowed-host the server answers on localhost only, and needs no token."
    )
