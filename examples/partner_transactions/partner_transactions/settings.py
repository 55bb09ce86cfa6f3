"""Where everything is. Each place can be moved with an environment variable."""

import os
from pathlib import Path

from headwater.connectors.sftp import SftpServer

_PROJECT = Path(__file__).resolve().parents[1]

WORLD = Path(os.environ.get("PARTNER_WORLD", _PROJECT / "world"))
"""What other systems own: the lake, the warehouse, and the keys to the partner's server."""

DATA = Path(os.environ.get("PARTNER_DATA", _PROJECT / "data"))
"""What this project makes."""

LAKE = WORLD / "lake"
WAREHOUSE = WORLD / "warehouse.sqlite"

PARTNER = SftpServer(
    host="127.0.0.1",
    port=int(os.environ.get("PARTNER_SFTP_PORT", "2222")),
    username="headwater",
    client_keys=[WORLD / "ssh" / "client_key"],
    known_hosts=WORLD / "ssh" / "known_hosts",
)
"""The server on which the partner puts its files."""

PARTNER_FOLDER = "outgoing"
