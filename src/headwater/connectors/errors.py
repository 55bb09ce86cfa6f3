"""What can be wrong at the edge to the outside world. A tick that raises one of these keeps its sensor's cursor."""

from __future__ import annotations

import headwater as hw


class ConnectorError(hw.HeadwaterError):
    """A connector could not do its work; nothing was reported."""


class MissingExtraError(ConnectorError):
    """A connector needs a library that is not installed; the message names the extra that brings it."""


class UnreachableError(ConnectorError):
    """A server or folder did not answer, refused the login, or is not there."""


class CorruptCursorError(ConnectorError):
    """A sensor's cursor is not one that this connector wrote, so what was reported already can't be known."""
