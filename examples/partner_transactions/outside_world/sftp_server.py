"""The partner's SFTP server: real SSH on a loopback port, with keys of its own."""

from __future__ import annotations

from pathlib import Path

import asyncssh

from outside_world.places import World

HOST = "127.0.0.1"


def make_keys(world: World) -> None:
    """Make the server's key and the client's, once, and the files with which each knows the other."""
    world.ssh.mkdir(parents=True, exist_ok=True)
    world.ssh.chmod(0o700)
    host_key = _key(world.ssh / "host_key")
    client_key = _key(world.ssh / "client_key")
    # Without a port, so that it holds wherever the server listens.
    known = f"{HOST} {host_key.export_public_key().decode()}"
    (world.ssh / "known_hosts").write_text(known)
    (world.ssh / "authorized_keys").write_bytes(client_key.export_public_key())


async def listen(world: World, port: int) -> asyncssh.SSHAcceptor:
    """Serve the partner's folder; 0 takes any free port.

    Raises:
        OSError: the port is taken.
    """

    def files(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(world.partner).encode())

    return await asyncssh.listen(
        HOST,
        port,
        server_host_keys=[str(world.ssh / "host_key")],
        authorized_client_keys=str(world.ssh / "authorized_keys"),
        sftp_factory=files,
        reuse_address=True,
    )


def _key(path: Path) -> asyncssh.SSHKey:
    if path.exists():
        return asyncssh.read_private_key(path)
    key = asyncssh.generate_private_key("ssh-ed25519")
    path.touch(mode=0o600)
    key.write_private_key(path)
    return key
