"""The SFTP connector against a real server that speaks SSH on a loopback port."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

import headwater as hw
from headwater.connectors.errors import MissingExtraError, UnreachableError
from headwater.connectors.sftp import SftpServer, build_sftp_sensor, download_sftp_files

_OLD = 1_700_000_000


@dataclass
class Partner:
    """A server's folder, its keys, and the doings of the server itself."""

    root: Path
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0

    @property
    def outgoing(self) -> Path:
        """Where files are put for us."""
        return self.root / "files" / "outgoing"

    def write(self, name: str, content: bytes = b"content", *, modified: int = _OLD) -> None:
        """Put a file there."""
        path = self.outgoing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (modified, modified))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Serve; a second time on the same port."""
        files = str(self.root / "files").encode()
        server = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_host_keys=[self.host_key],
            authorized_client_keys=str(self.root / "authorized_keys"),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=files),
        )
        self.port = server.get_port()
        async with server:
            yield

    def client(self, **changes: Any) -> SftpServer:
        """How to reach the server."""
        arguments: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "username": "headwater",
            "client_keys": [self.root / "client_key"],
            "known_hosts": self.root / "known_hosts",
        }
        return SftpServer(**{**arguments, **changes})

    def trust(self, key: asyncssh.SSHKey) -> None:
        """Make this the key that the client expects."""
        (self.root / "known_hosts").write_text(f"127.0.0.1 {key.export_public_key().decode()}")


@pytest.fixture
def partner(tmp_path: Path) -> Partner:
    """A partner with an empty folder, whose server does not run yet."""
    made = Partner(tmp_path)
    made.outgoing.mkdir(parents=True)
    client_key = asyncssh.generate_private_key("ssh-ed25519")
    client_key.write_private_key(tmp_path / "client_key")
    client_key.write_public_key(tmp_path / "authorized_keys")
    made.trust(made.host_key)
    return made


def _sensor(partner: Partner, **changes: Any) -> hw.SensorDefinition:
    return build_sftp_sensor(
        name="files", asset="raw", server=partner.client(**changes), folder="outgoing", pattern="*.csv"
    )


_LEFT: dict[hw.SensorDefinition, dict[str, Any]] = {}
"""What the last tick of each sensor kept beside the cursor; those that fail keep nothing."""


async def _tick(sensor: hw.SensorDefinition, cursor: str | None = None) -> tuple[list[str | None], str | None]:
    context = hw.build_sensor_context(cursor=cursor, sensor_name=sensor.name, state=_LEFT.get(sensor) if cursor else {})
    result = await sensor(context)
    _LEFT[sensor] = dict(context.state)
    return [event.description for event in result.asset_events], result.cursor


async def test_each_delivered_file_is_reported_once(partner: Partner) -> None:
    """One event a file, oldest first, with size, time and path; the next tick has nothing to add."""
    partner.write("b.csv", b"12345", modified=_OLD)
    partner.write("a.csv", modified=_OLD + 10)
    async with partner.listening():
        sensor = _sensor(partner)
        context = hw.build_sensor_context()
        result = await sensor(context)
        _LEFT[sensor] = dict(context.state)
        assert [event.description for event in result.asset_events] == ["b.csv", "a.csv"]
        first = result.asset_events[0]
        assert first.timestamp == _OLD
        assert {name: value.value for name, value in first.metadata.items()} == {
            "path": f"sftp://127.0.0.1:{partner.port}/outgoing/b.csv",
            "size_bytes": 5,
            "last_modified": _OLD,
        }
        assert await _tick(sensor, result.cursor) == ([], result.cursor)
        partner.write("b.csv", b"more than before", modified=_OLD + 20)
        assert (await _tick(sensor, result.cursor))[0] == ["b.csv"]


async def test_only_finished_ordinary_files_that_match_are_reported(partner: Partner) -> None:
    """Unfinished and hidden files, other names, folders and links are left out."""
    for name in ("a.csv.part", ".b.csv", "c.txt", "folder.csv/d.csv"):
        partner.write(name)
    (partner.outgoing / "link.csv").symlink_to("c.txt")
    async with partner.listening():
        assert (await _tick(_sensor(partner)))[0] == []
        (partner.outgoing / "a.csv.part").rename(partner.outgoing / "a.csv")
        assert (await _tick(_sensor(partner)))[0] == ["a.csv"]


async def test_a_server_that_is_away_neither_loses_nor_repeats(partner: Partner) -> None:
    """The tick fails with host, port and a mend; once the server is back, what came meanwhile is reported once."""
    partner.write("a.csv")
    async with partner.listening():
        sensor = _sensor(partner)
        _, cursor = await _tick(sensor)
    partner.write("b.csv", modified=_OLD + 1)
    with pytest.raises(UnreachableError, match=rf"127\.0\.0\.1:{partner.port} can't be used: .* Check host and port"):
        await _tick(sensor, cursor)
    async with partner.listening():
        assert (await _tick(sensor, cursor))[0] == ["b.csv"]


async def test_a_server_with_another_key_is_refused(partner: Partner) -> None:
    """A stranger on the right port gets no login, and the message names the file with the known key."""
    partner.trust(asyncssh.generate_private_key("ssh-ed25519"))
    async with partner.listening():
        with pytest.raises(UnreachableError, match=r"Its key is not the one in .*known_hosts"):
            await _tick(_sensor(partner))


async def test_a_refused_login_is_named(partner: Partner) -> None:
    """The message says whom the server does not let in."""
    asyncssh.generate_private_key("ssh-ed25519").write_public_key(partner.root / "authorized_keys")
    async with partner.listening():
        with pytest.raises(UnreachableError, match="It does not let 'headwater' in"):
            await _tick(_sensor(partner))


@pytest.mark.parametrize("changes", [{"known_hosts": "missing"}, {"client_keys": ["missing"]}])
async def test_a_missing_key_file_is_named(partner: Partner, changes: dict[str, Any]) -> None:
    """The message says which settings name files."""
    async with partner.listening():
        with pytest.raises(UnreachableError, match="Check known_hosts and client_keys"):
            await _tick(_sensor(partner, **changes))


async def test_a_missing_folder_fails_the_tick(partner: Partner) -> None:
    """It is not taken for an empty one."""
    async with partner.listening():
        sensor = build_sftp_sensor(name="files", asset="raw", server=partner.client(), folder="elsewhere")
        with pytest.raises(UnreachableError, match="Check the folder"):
            await _tick(sensor)


async def test_a_name_that_is_no_utf_8_does_not_hide_the_others(partner: Partner) -> None:
    """Every file is reported, and what can't be read of a name is written out."""
    partner.write(os.fsdecode(b"\xff.csv"))
    partner.write("a.csv")
    async with partner.listening():
        assert sorted(map(str, (await _tick(_sensor(partner)))[0])) == ["\\xff.csv", "a.csv"]


async def test_only_what_is_not_here_is_fetched(partner: Partner, tmp_path: Path) -> None:
    """Files come with their times, changed ones anew, unchanged ones not at all, and those that are gone not either."""
    into = tmp_path / "inbox"
    partner.write("a.csv", b"first")
    partner.write("b.csv", b"second", modified=_OLD + 1)
    async with partner.listening():
        server = partner.client()
        assert await download_sftp_files(server, folder="outgoing", pattern="*.csv", into=into) == [
            into / "a.csv",
            into / "b.csv",
        ]
        untouched = (into / "a.csv").stat()
        partner.write("b.csv", b"SECOND", modified=_OLD + 2)
        await download_sftp_files(server, folder="outgoing", pattern="*.csv", into=into)
        assert (into / "b.csv").read_bytes() == b"SECOND"
        assert (into / "a.csv").stat().st_ino == untouched.st_ino
        assert (into / "a.csv").stat().st_mtime == _OLD
        (partner.outgoing / "a.csv").unlink()
        assert await download_sftp_files(server, folder="outgoing", into=into) == [into / "b.csv"]


def _without_known_hosts(partner: Partner) -> SftpServer:
    return partner.client(known_hosts=None)


def _without_credentials(partner: Partner) -> SftpServer:
    return partner.client(client_keys=[])


@pytest.mark.parametrize(
    ("build", "message"),
    [(_without_known_hosts, "would trust anybody"), (_without_credentials, "needs client_keys or a password")],
)
def test_an_unsafe_server_can_t_be_described(
    partner: Partner, build: Callable[[Partner], SftpServer], message: str
) -> None:
    """Nobody gets a connection without host keys by leaving something out."""
    with pytest.raises(hw.InvalidParameterError, match=message):
        build(partner)


def test_a_password_is_not_shown(partner: Partner) -> None:
    """The text of a server, which gets into logs, has no secrets."""
    assert repr(partner.client(password="secret", port=22)) == "SftpServer(headwater@127.0.0.1:22)"


def test_a_missing_library_is_named_with_its_extra(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The definition fails, not the first tick, and the message says what to install."""
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'headwater\[sftp\]'"):
        partner.client()


async def test_a_server_that_says_nothing_is_given_up(partner: Partner) -> None:
    """Something that takes the connection and stays silent costs the time that was allowed, not the whole tick."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = partner.client(port=silent.getsockname()[1], connect_timeout=0.2)
        sensor = build_sftp_sensor(name="files", asset="raw", server=server)
        with pytest.raises(UnreachableError, match="Check host and port"):
            await _tick(sensor)
