"""Where the outside world keeps its things."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class World:
    """The folder in which everything lives that is not ours."""

    root: Path

    @property
    def partner(self) -> Path:
        """What the partner's SFTP server shows."""
        return self.root / "sftp"

    @property
    def outgoing(self) -> Path:
        """Where the partner puts files for us."""
        return self.partner / "outgoing"

    @property
    def ssh(self) -> Path:
        """The keys of the server and of its client."""
        return self.root / "ssh"

    @property
    def clickstream(self) -> Path:
        """Where the tracking tool writes."""
        return self.root / "lake" / "clickstream"

    @property
    def warehouse(self) -> Path:
        """The database of the warehouse."""
        return self.root / "warehouse.sqlite"

    @property
    def crm(self) -> Path:
        """Where the other orchestrator's pipeline keeps its files."""
        return self.root / "crm"


def default_world() -> World:
    """The world that the environment names, else the one in this example's folder."""
    return World(Path(os.environ.get("PARTNER_WORLD", Path(__file__).resolve().parents[1] / "world")))


def write_whole(path: Path, content: bytes, *, modified: float | None = None) -> None:
    """Write a file under a passing name, then give it its own, so that nobody sees half of it.

    Args:
        path: The file.
        content: What it holds.
        modified: The modification time it gets, in seconds since the epoch; None for now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(content)
    if modified is not None:
        os.utime(unfinished, (modified, modified))
    unfinished.replace(path)
